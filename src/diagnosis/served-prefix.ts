import type { ClassFacts } from '../architecture/facts.ts';
import type { Comparison } from '../comparison/comparison.ts';

/**
 * Whether names lack the prefix under which serving engines look for them. vLLM's models that keep theirs under `model.` stop at it (`There is no
 * module or parameter named 'embed_tokens'`, vllm#21614); those of another prefix (GPT-2, BLOOM) are released without it, and it is put back.
 */
export function lacksServedPrefix({ prefixLost }: Pick<Comparison, 'prefixLost'>, facts: ClassFacts | null): boolean {
  return prefixLost && facts?.prefix === 'model';
}
