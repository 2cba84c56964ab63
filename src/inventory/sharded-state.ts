import type { SourceFile } from '../source/source.ts';

/** Weights that lie parted over the ranks of a training run, and how they are put together. */
export interface ShardedState {
  /** What wrote it. */
  readonly by: string;
  /** Where it lies, as a part of the sentence: a folder or a file. */
  readonly at: string;
  /** The command, to be run in the folder that was named. */
  readonly command: string;
}

/** DeepSpeed's: `zero_pp_rank_0_mp_rank_00_model_states.pt` and `…_optim_states.pt`, which hold the weights too. */
const ZERO = /(?:^|\/)(?:[a-z0-9]+_)?zero_pp_rank_\d+_mp_rank_\d+_(?:model|optim)_states\.pt$/;
/** torch.distributed.checkpoint's (`__0_0.distcp`), which FSDP writes. */
const DCP = /\.distcp$/;

/** What is sharded among the files of a place; null where nothing is. */
export function shardedState(files: readonly SourceFile[]): ShardedState | null {
  const zero = files.find(({ path }) => ZERO.test(path));
  if (zero !== undefined) {
    const folder = folderOf(zero.path);
    // The script stands beside the folder of the step, and takes the step that `latest` names.
    return { by: 'DeepSpeed', at: folder === '' ? zero.path : folder, command: `${goTo(folder)}python zero_to_fp32.py . ./repaired --safe_serialization` };
  }
  const shard = files.find(({ path }) => DCP.test(path) && !/optimizer/.test(path));
  if (shard === undefined) return null;
  const folder = folderOf(shard.path);
  // accelerate's own layout has the model under one key, which its command takes off.
  const command = /(?:^|\/)pytorch_model_fsdp_\d+$/.test(folder) || folder === '' ? `accelerate merge-weights ${folder === '' ? '.' : shellWord(folder)} ./repaired` : `python -m torch.distributed.checkpoint.format_utils dcp_to_torch ${shellWord(folder)} pytorch_model.bin`;
  return { by: 'FSDP', at: folder === '' ? shard.path : folder, command };
}

/** Into the folder that holds the folder of the step. */
function goTo(step: string): string {
  if (step === '') return 'cd .. && ';
  const parent = folderOf(step);
  return parent === '' ? '' : `cd ${shellWord(parent)} && `;
}

/** A path as one word of a command: whoever wrote the repository named its folders, and a shell must not run, split or take for an option what stands in a name. */
function shellWord(path: string): string {
  const inside = path.startsWith('-') ? `./${path}` : path;
  return /^[\w./-]+$/.test(inside) ? inside : `'${inside.replaceAll("'", "'\\''")}'`;
}

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}
