import type { JsonObject } from '../inventory/checkpoint.ts';
import { mtpLayers, numberAt } from '../inventory/config.ts';
import { patternIn } from './pattern.ts';

/** Tests names for parameters of multi-token prediction: under `mtp.`, or of layers beyond `num_hidden_layers` where the config promises such layers. */
export function predictionTest(config: JsonObject | null): (name: string) => boolean {
  const promised = mtpLayers(config).some(({ value }) => value > 0);
  const layers = numberAt(config, 'num_hidden_layers') ?? numberAt(config, 'text_config.num_hidden_layers');
  return (name) => {
    if (/(?:^|\.)mtp(?:\.|_)/.test(name)) return true;
    const { pattern, numbers } = patternIn(null, 'disk', name);
    return promised && layers !== null && /(?:^|\.)layers\.\*\./.test(pattern) && (numbers[0] ?? 0) >= layers;
  };
}
