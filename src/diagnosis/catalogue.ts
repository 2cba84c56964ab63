import type { Rule } from './rule.ts';
import { adapterBreaksTie } from './rules/adapter-breaks-tie.ts';
import { adapterIncomplete } from './rules/adapter-incomplete.ts';
import { adapterNotMerged } from './rules/adapter-not-merged.ts';
import { adapterTargetMissing } from './rules/adapter-target-missing.ts';
import { adapterVocabularyMismatch } from './rules/adapter-vocabulary-mismatch.ts';
import { configMissing } from './rules/config-missing.ts';
import { dtypeWidened } from './rules/dtype-widened.ts';
import { emptyCheckpoint } from './rules/empty-checkpoint.ts';
import { emptyTensors } from './rules/empty-tensors.ts';
import { fileTrailingBytes } from './rules/file-trailing-bytes.ts';
import { fileTruncated } from './rules/file-truncated.ts';
import { headMissing } from './rules/head-missing.ts';
import { headNotExpected } from './rules/head-not-expected.ts';
import { headTied } from './rules/head-tied.ts';
import { headlessArchitecture } from './rules/headless-architecture.ts';
import { indexMismatch } from './rules/index-mismatch.ts';
import { indexTotalSize } from './rules/index-total-size.ts';
import { layerIncomplete } from './rules/layer-incomplete.ts';
import { layersMissing } from './rules/layers-missing.ts';
import { malformedHeader } from './rules/malformed-header.ts';
import { malformedJson } from './rules/malformed-json.ts';
import { metadataFormatMissing } from './rules/metadata-format-missing.ts';
import { moduleIncomplete } from './rules/module-incomplete.ts';
import { mtpLayersMissing } from './rules/mtp-layers-missing.ts';
import { notSafetensors } from './rules/not-safetensors.ts';
import { parametersMissing } from './rules/parameters-missing.ts';
import { pointerNotWeights } from './rules/pointer-not-weights.ts';
import { quantizationIncomplete } from './rules/quantization-incomplete.ts';
import { renamedParameters } from './rules/renamed-parameters.ts';
import { shapeMismatch } from './rules/shape-mismatch.ts';
import { shardMissing } from './rules/shard-missing.ts';
import { shardedByRank } from './rules/sharded-by-rank.ts';
import { staleFiles } from './rules/stale-files.ts';
import { tieChanged } from './rules/tie-changed.ts';
import { tieFlagAmbiguous } from './rules/tie-flag-ambiguous.ts';
import { tiedHeadDiffers } from './rules/tied-head-differs.ts';
import { tiedHeadRedundant } from './rules/tied-head-redundant.ts';
import { towerMissing } from './rules/tower-missing.ts';
import { unexpectedParameters } from './rules/unexpected-parameters.ts';
import { unsafePickle } from './rules/unsafe-pickle.ts';
import { vocabularyMismatch } from './rules/vocabulary-mismatch.ts';
import { vocabularyResized } from './rules/vocabulary-resized.ts';
import { wrapperPrefix } from './rules/wrapper-prefix.ts';

/** Rules about files, whatever they hold. */
const FILE_RULES: readonly Rule[] = [malformedJson, pointerNotWeights, notSafetensors, malformedHeader, fileTruncated, fileTrailingBytes, shardMissing, moduleIncomplete];

/** Every rule. The order is that of importance among findings of equal severity. */
export const RULES: readonly Rule[] = [
  ...FILE_RULES, configMissing,
  unsafePickle, wrapperPrefix, adapterNotMerged, emptyCheckpoint, emptyTensors, shardedByRank,
  headMissing, tiedHeadDiffers, tieChanged, vocabularyMismatch,
  adapterTargetMissing, adapterVocabularyMismatch, adapterIncomplete,
  quantizationIncomplete, towerMissing, layersMissing, layerIncomplete, parametersMissing, shapeMismatch, indexMismatch,
  headlessArchitecture, tieFlagAmbiguous, mtpLayersMissing, adapterBreaksTie, staleFiles, unexpectedParameters, dtypeWidened,
  metadataFormatMissing, indexTotalSize,
  headTied, headNotExpected, tiedHeadRedundant, vocabularyResized, renamedParameters,
];

/** Those that an adapter is judged by: it is no model, so that what a model should hold says nothing of it. */
export const ADAPTER_RULES: readonly Rule[] = [
  ...FILE_RULES, unsafePickle, wrapperPrefix, emptyCheckpoint, emptyTensors,
  adapterTargetMissing, adapterVocabularyMismatch, adapterIncomplete,
  shapeMismatch, indexMismatch, adapterBreaksTie, staleFiles, indexTotalSize,
];
