import { TableBuilder } from '../../format/table-builder.ts';
import type { TensorTable } from '../../format/tensor-table.ts';
import type { Checkpoint, JsonObject } from '../../inventory/checkpoint.ts';
import { quantization, stringAt } from '../../inventory/config.ts';
import { CompanionCheck } from './companions.ts';
import type { PackedGroup } from './group.ts';
import { findGroups } from './groups.ts';
import { SeenTable } from './seen-table.ts';
import { unpackedShape } from './shapes.ts';
import { isCacheScale } from './slots.ts';

/** What is known of a checkpoint's quantisation. */
export interface Quantization {
  /** `quant_method` of the config, or null where it names none. */
  readonly method: string | null;
  /** Whether values are packed as MLX packs them, which names no method. */
  readonly isOfMlx: boolean;
  /** Whether a config says that the weights are quantised. */
  readonly isStated: boolean;
  /** How many parameters are packed. */
  readonly packed: number;
  /** Names of tensors without which packed values can't be read, by parameter. */
  readonly lacking: readonly { readonly parameter: string; readonly names: readonly string[] }[];
  /** Names that most siblings have and that only some loaders need. */
  readonly doubtful: readonly string[];
}

/** A table in which every packed parameter stands once, under its plain name and in its own shape. */
export interface UnpackedTable {
  /** Same rows as before. The row that holds the values has the parameter's name and shape, and the bytes of the whole group. */
  readonly tensors: TensorTable;
  /** The table as it was, with the names as they are stored. */
  readonly stored: TensorTable;
  /** Rows of companions, which are no parameters. */
  readonly hidden: ReadonlySet<number>;
  /** All rows of a group, by the row that holds its values. */
  readonly members: ReadonlyMap<number, readonly number[]>;
  /** Rows whose shape is not known; of some the number of elements is, as a shape of one dimension. */
  readonly shapeless: ReadonlyMap<number, 'elements' | 'nothing'>;
  readonly quantization: Quantization;
}

/** Files in which other tools say what `quantization_config` says: AutoGPTQ, AutoAWQ, ModelOpt. */
const OTHER_CONFIGS: ReadonlySet<string> = new Set(['quantize_config.json', 'quant_config.json', 'hf_quant_config.json']);

/**
 * Unpacks what is quantised in a table; null where nothing is, and no config says so.
 * @param firstDeclared rows from here on are named by the index alone
 */
export function unpackQuantized(tensors: TensorTable, { config, files, format }: Pick<Checkpoint, 'config' | 'files' | 'format'>, firstDeclared = tensors.length): UnpackedTable | null {
  // GGUF packs by its own types, which the table knows; the parts of a pipeline have configs of their own.
  if (format === 'gguf' || format === 'diffusers') return null;
  const settings = quantization(config);
  const isStated = settings !== null || files.some(({ path }) => OTHER_CONFIGS.has(path.slice(path.lastIndexOf('/') + 1)));
  const seen = new SeenTable(tensors, firstDeclared);
  const groups = findGroups(seen, settings);
  if (groups.length === 0 && !isStated) return null;
  const check = new CompanionCheck(groups, seen, settings);
  const checked = groups.map((group) => ({ group, ...check.check(group) }));
  return {
    stored: tensors,
    ...rebuild(tensors, seen, groups, settings),
    quantization: {
      method: stringAt(settings, 'quant_method'),
      isOfMlx: groups.some(({ layout }) => layout === 'mlx'),
      isStated,
      packed: groups.length,
      lacking: checked.flatMap(({ group, lacking }) => (lacking.length === 0 ? [] : [{ parameter: group.parameter, names: lacking }])),
      doubtful: checked.flatMap(({ doubtful }) => doubtful),
    },
  };
}

type Rebuilt = Pick<UnpackedTable, 'tensors' | 'hidden' | 'members' | 'shapeless'>;

function rebuild(table: TensorTable, seen: SeenTable, groups: readonly PackedGroup[], settings: JsonObject | null): Rebuilt {
  const byMain = new Map(groups.flatMap((group) => (group.main < 0 ? [] : [[group.main, group] as const])));
  const hidden = new Set<number>();
  const members = new Map<number, readonly number[]>();
  const shapeless = new Map<number, 'elements' | 'nothing'>();
  for (const { main, slots } of groups) {
    const rows = [...slots.values()].filter((row) => row !== main);
    for (const row of rows) hidden.add(row);
    if (main >= 0) members.set(main, [main, ...rows]);
  }
  const builder = new TableBuilder();
  for (let row = 0; row < table.length; row++) {
    const info = table.info(row);
    const group = byMain.get(row);
    if (group === undefined) {
      if (groups.length > 0 && isCacheScale(info.name)) hidden.add(row);
      builder.add(info.name, info.dtype, info.shape, info.bytes);
      continue;
    }
    const bytes = (members.get(row) ?? []).reduce((sum, member) => sum + table.bytes(member), 0);
    const unpacked = unpackedShape(group, seen, settings);
    if (unpacked.known !== 'shape') shapeless.set(row, unpacked.known);
    builder.add(group.parameter, info.dtype, unpacked.known === 'shape' ? unpacked.shape : unpacked.known === 'elements' ? [unpacked.elements] : info.shape, bytes);
  }
  return { tensors: groups.length === 0 ? table : builder.build(), hidden, members, shapeless };
}
