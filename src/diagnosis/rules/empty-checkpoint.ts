import { componentClass, hollowComponents } from '../../inventory/component-class.ts';
import { prose } from '../prose.ts';
import { defineRule } from '../rule.ts';
import { llama } from '../examples.ts';

type Data =
  | { readonly kind: 'file'; readonly file: string; readonly size: number }
  /** A component that a pipeline names, of which there are no weights. */
  | { readonly kind: 'component'; readonly folder: string; readonly class: string };

export const emptyCheckpoint = defineRule<Data>({
  id: 'empty-checkpoint',
  severity: 'error',
  summary: 'The file is well formed and holds no tensor; or a component of a pipeline has no file.',
  why: 'It loads without an error and changes nothing: an adapter without weights is the base model.',
  how: 'Every head of the checkpoint was read, and together they list no tensor. Or `model_index.json` names a component whose folder holds nothing but documents.',
  sources: ['huggingface/peft#2892', 'huggingface/trl#4416'],
  detect({ checkpoint, losses }) {
    const [first] = checkpoint.shards;
    const components = hollowComponents(checkpoint).map(({ name }) => ({
      data: { kind: 'component' as const, folder: `${name}/`, class: componentClass(checkpoint, name)?.name ?? name }, parameters: [], location: { path: 'model_index.json', line: null },
    }));
    // A file with a whole module in it is told of as what it is: its tensors are not in a state dict.
    const isPickledObject = checkpoint.problems.some(({ kind }) => kind === 'unsafe-pickle');
    if (first === undefined || checkpoint.tensors.length > 0 || isPickledObject || checkpoint.parts.some((part) => part.state !== 'read')) return components;
    return [{ data: { kind: 'file' as const, file: first.path, size: first.size }, parameters: losses.all.map(({ name }) => name), location: { path: first.path, line: null } }, ...components];
  },
  words(data) {
    if (data.kind === 'component') {
      return {
        title: prose`${data.folder} holds no weights`,
        message: prose`${'model_index.json'} names the component ${data.class}, and its folder holds no file of weights. The pipeline does not load without it.`,
        cause: null,
        fix: { steps: prose`Save the whole pipeline again, or copy the folder from the pipeline that it was made from. A component that the pipeline does without is written ${'[null, null]'}.`, code: null },
      };
    }
    return {
      title: prose`${data.file} holds no tensor`,
      message: prose`The file is well formed and ${data.size} bytes long, with nothing in it.`,
      cause: prose`Saved with an empty state dict: from a rank that held nothing, or with names that fitted no parameter.`,
      fix: { steps: prose`Save again from rank 0 with the full state gathered.`, code: null },
    };
  },
  examples: () => ({
    fires: [
      { name: 'Nothing in it', checkpoint: { config: llama().config, tensors: {} } },
      {
        name: 'A pipeline of diffusers without its autoencoder',
        checkpoint: {
          config: null, tensors: { 'conv_in.weight': ['BF16', 320, 4, 3, 3] }, shards: { 'unet/diffusion_pytorch_model.safetensors': ['conv_in.weight'] },
          files: { 'model_index.json': '{"_class_name": "StableDiffusionPipeline", "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"]}\n', 'model.safetensors.index.json': null },
        },
      },
    ],
    silent: [{ name: 'A sound save', checkpoint: llama() }],
  }),
});
