import { llama } from '../examples.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { someNames } from '../words.ts';

interface Data {
  readonly path: string;
  readonly module: string;
  /** Parameters that the file lacks; none: there is no file. */
  readonly lacks: readonly string[];
}

export const moduleIncomplete = defineRule<Data>({
  id: 'module-incomplete',
  severity: 'error',
  summary: 'A module of a sentence-transformers model has no weights.',
  why: 'The model cannot be loaded with sentence-transformers. Tools that load the transformer alone do, and their embeddings lack the projection that was trained.',
  how: '`modules.json` names a module of a kind that has weights (`Dense`, `LayerNorm`, …), and its folder holds neither `model.safetensors` nor `pytorch_model.bin`, or one that lacks its parameters.',
  sources: ['huggingface/sentence-transformers#1720'],
  detect({ checkpoint }) {
    return checkpoint.problems.flatMap((problem) =>
      problem.kind === 'module-incomplete' ? [{ data: { path: problem.path, module: problem.module, lacks: problem.lacks }, parameters: problem.lacks, location: { path: problem.lacks.length === 0 ? 'modules.json' : problem.path, line: null } }] : [],
    );
  },
  words({ path, module, lacks }) {
    const isAbsent = lacks.length === 0;
    return {
      title: isAbsent ? prose`${path} is missing` : prose`${path} lacks ${someNames(lacks)}`,
      message: isAbsent
        ? prose`${'modules.json'} names a ${module} module there, and its folder holds no weights. sentence-transformers refuses the model.`
        : prose`${'modules.json'} names a ${module} module there, which cannot be without ${[lacks.length === 1 ? 'it' : 'them']}. sentence-transformers refuses the model.`,
      cause: isAbsent ? prose`The upload or copy left it out: a pattern (${'*.safetensors'}) that does not reach into folders does that.` : null,
      fix: { steps: prose`Upload the whole folder from the machine that trained the model, or save again with ${'SentenceTransformer.save_pretrained'}.`, code: null },
    };
  },
  examples: () => {
    const modules = JSON.stringify([
      { idx: 0, name: '0', path: '', type: 'sentence_transformers.models.Transformer' },
      { idx: 1, name: '1', path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
      { idx: 2, name: '2', path: '2_Dense', type: 'sentence_transformers.models.Dense' },
    ]);
    const sound = { ...llama(), files: { 'modules.json': modules, '1_Pooling/config.json': '{}', '2_Dense/config.json': '{"in_features": 64, "out_features": 32, "bias": false}' } };
    const dense = { shards: { 'model.safetensors': Object.keys(sound.tensors), '2_Dense/model.safetensors': ['linear.weight'] }, tensors: { ...sound.tensors, 'linear.weight': ['F32', 32, 64] as const } };
    return {
      fires: [{ name: 'The weights of the Dense module were not uploaded', checkpoint: sound }],
      silent: [{ name: 'The Dense module is whole', checkpoint: { ...sound, ...dense, files: { ...sound.files, 'model.safetensors.index.json': null } } }],
    };
  },
});
