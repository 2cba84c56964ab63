import { llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { someNames } from '../words.ts';

interface Data {
  readonly path: string;
  readonly globals: readonly string[];
  /** Those that do things rather than make values: planted code, not a careless save. */
  readonly running: readonly string[];
}

/** What no save of weights names: shells, files, imports, code as data. */
const RUNS = /^(?:os|posix|nt|sys|subprocess|commands|pty|shutil|socket|urllib|requests|webbrowser|ctypes|importlib|imp|runpy|code|codeop|marshal|pip|pdb|bdb|timeit|cProfile|profile|types\.(?:CodeType|FunctionType)|builtins\.(?:eval|exec|execfile|compile|open|getattr|setattr|delattr|globals|locals|vars|breakpoint|input|apply|__import__)|__builtin__\.(?:eval|exec|execfile|compile|open|file|getattr|setattr|delattr|globals|locals|vars|apply|input|__import__)|torch\.(?:hub|load|utils\.cpp_extension))(?:\.|$)/;

/** Whether a pickle names what does things rather than makes values. */
export function runsCode(globals: readonly string[]): boolean {
  return globals.some((name) => RUNS.test(name));
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
  severity: 'error',
  summary: 'A PyTorch file asks for code that loading weights does not need.',
  why: 'Unpickling runs what the file names. transformers, vLLM and `torch.load` of PyTorch 2.6 and later refuse such a file; older ones, and whoever passes `weights_only=False`, run it.',
  how: 'The pickle is read without running anything; names outside the list that `torch.load(weights_only=True)` allows are reported.',
  sources: ['huggingface/safetensors#414'],
  detect({ checkpoint }) {
    return checkpoint.problems.flatMap((problem) =>
      problem.kind === 'unsafe-pickle' ? [{ data: { path: problem.path, globals: problem.globals, running: problem.globals.filter((name) => RUNS.test(name)) }, parameters: [], location: { path: problem.path, line: null } }] : [],
    );
  },
  words(data) {
    const runs = data.running.length > 0;
    return {
      title: runs ? prose`${data.path} runs code when it is opened (${someNames(data.running, 1)}): do not load it` : prose`${data.path} asks for code beyond tensors`,
      message: prose`Its pickle names ${someNames(data.globals)}. transformers, vLLM and ${'torch.load'} of PyTorch 2.6 and later refuse the file; older ones, and ${'weights_only=False'}, run what it names. Headcheck ran none of it.`,
      cause: runs
        ? prose`No save of weights names this: it was planted in the file, or somebody tries it out.`
        : prose`Most likely more than a state dict was saved: a whole module, an optimizer, arguments. But this is also how code is planted in a checkpoint: do not load the file before it is known who wrote it.`,
      fix: runs
        ? { steps: prose`Delete the file, find out where it came from, and take the weights from a source that you trust, as safetensors.`, code: null }
        : { steps: prose`Have whoever trained the model save the state dict alone, as safetensors.`, code: { language: 'python', text: '# model: as it is in the training run\nmodel.save_pretrained("repaired")' } },
    };
  },
  examples: () => ({
    fires: [
      { name: 'A pickle that would run a command', checkpoint: { config: null, tensors: {}, files: { 'model.safetensors': null, 'pytorch_model.bin': pickled('cposix\nsystem\n(Vid\ntR') } } },
      { name: 'The arguments of the training run saved along', checkpoint: { config: null, tensors: {}, files: { 'model.safetensors': null, 'pytorch_model.bin': pickled('cargparse\nNamespace\n(tR') } } },
    ],
    silent: [
      { name: 'safetensors', checkpoint: llama() },
      { name: 'A state dict and nothing else', checkpoint: { config: null, tensors: {}, files: { 'model.safetensors': null, 'pytorch_model.bin': pickled('I1\n') } } },
    ],
  }),
});
