import { llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { someNames } from '../words.ts';

interface Data {
  readonly path: string;
  readonly globals: readonly string[];
}

/** The pickle of the magic number that the format before PyTorch 1.6 begins with. */
const MAGIC = '\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.';
/** A tensor of four floats in storage `0`. */
const TENSOR = 'ctorch._utils\n_rebuild_tensor_v2\n((Vstorage\nctorch\nFloatStorage\nV0\nVcpu\nI4\ntQI0\n(I4\nt(I1\ntI00\n(dtR';

/** A PyTorch file of that format: magic number, protocol, system, a dict of one tensor and one more value, and the tensor's bytes. */
function pickled(value: string): { readonly base64: string } {
  const data = '\x04'.padEnd(8 + 16, '\0');
  return { base64: Buffer.from(`${MAGIC}I1001\n.(d.(dVnorm.weight\n${TENSOR}sVargs\n${value}s.(lV0\na.${data}`, 'latin1').toString('base64') };
}

export const unsafePickle = defineRule<Data>({
  id: 'unsafe-pickle',
  severity: 'warning',
  summary: 'A PyTorch file asks for code that loading weights does not need.',
  why: 'Unpickling runs what the file names. `torch.load` refuses such a file unless it is told to trust it, and trusting it may run anything.',
  how: 'The pickle is read without running anything; names outside the list that tensors need are reported.',
  sources: ['huggingface/safetensors#414'],
  detect({ checkpoint }) {
    return checkpoint.problems.flatMap((problem) =>
      problem.kind === 'unsafe-pickle' ? [{ data: { path: problem.path, globals: problem.globals }, parameters: [], location: { path: problem.path, line: null } }] : [],
    );
  },
  words(data) {
    return {
      title: prose`${data.path} asks for code beyond tensors`,
      message: prose`Its pickle names ${someNames(data.globals)}. ${'torch.load'} refuses it unless told to trust the file; Headcheck ran none of it.`,
      cause: prose`Most likely more than a state dict was saved: a whole module, an optimizer, arguments. But this is also how code is planted in a checkpoint: do not load the file before it is known who wrote it.`,
      fix: { steps: prose`Have whoever trained the model save the state dict alone, as safetensors.`, code: { language: 'python', text: 'model.save_pretrained("repaired", safe_serialization=True)' } },
    };
  },
  examples: () => ({
    fires: [{ name: 'A pickle that would run a command', checkpoint: { config: null, tensors: {}, files: { 'model.safetensors': null, 'pytorch_model.bin': pickled('cposix\nsystem\n(Vid\ntR') } } }],
    silent: [
      { name: 'safetensors', checkpoint: llama() },
      { name: 'A state dict and nothing else', checkpoint: { config: null, tensors: {}, files: { 'model.safetensors': null, 'pytorch_model.bin': pickled('I1\n') } } },
    ],
  }),
});
