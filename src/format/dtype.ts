/** A type of stored elements. */
export interface Dtype {
  /** As safetensors headers and ggml write it. */
  readonly name: string;
  /** Bits an element; on average, where elements are packed in blocks. */
  readonly bits: number;
  /** Where elements are packed in blocks: elements and bytes of one block. Rows are whole blocks. */
  readonly block?: { readonly elements: number; readonly bytes: number };
}

/**
 * Element types of stored tensors. The first 22 are those of safetensors, in the order of its reference
 * implementation (safetensors 0.8, `Dtype`); after them come the types that only other containers have: PyTorch's,
 * then ggml's (gguf 0.19, `GGML_QUANT_SIZES`).
 * A type is stored as its position in this list, so the list may only grow at its end.
 */
export const DTYPES: readonly Dtype[] = [
  { name: 'BOOL', bits: 8 }, { name: 'F4', bits: 4 }, { name: 'F6_E2M3', bits: 6 }, { name: 'F6_E3M2', bits: 6 },
  { name: 'U8', bits: 8 }, { name: 'I8', bits: 8 }, { name: 'F8_E5M2', bits: 8 }, { name: 'F8_E4M3', bits: 8 },
  { name: 'F8_E8M0', bits: 8 }, { name: 'F8_E4M3FNUZ', bits: 8 }, { name: 'F8_E5M2FNUZ', bits: 8 },
  { name: 'I16', bits: 16 }, { name: 'U16', bits: 16 }, { name: 'F16', bits: 16 }, { name: 'BF16', bits: 16 },
  { name: 'I32', bits: 32 }, { name: 'U32', bits: 32 }, { name: 'F32', bits: 32 }, { name: 'C64', bits: 64 },
  { name: 'F64', bits: 64 }, { name: 'I64', bits: 64 }, { name: 'U64', bits: 64 },
  { name: 'C32', bits: 32 }, { name: 'C128', bits: 128 },
  block('Q4_0', 32, 18), block('Q4_1', 32, 20), block('Q5_0', 32, 22), block('Q5_1', 32, 24), block('Q8_0', 32, 34), block('Q8_1', 32, 40),
  block('Q2_K', 256, 84), block('Q3_K', 256, 110), block('Q4_K', 256, 144), block('Q5_K', 256, 176), block('Q6_K', 256, 210), block('Q8_K', 256, 292),
  block('IQ2_XXS', 256, 66), block('IQ2_XS', 256, 74), block('IQ3_XXS', 256, 98), block('IQ1_S', 256, 50), block('IQ4_NL', 32, 18),
  block('IQ3_S', 256, 110), block('IQ2_S', 256, 82), block('IQ4_XS', 256, 136), block('IQ1_M', 256, 56),
  block('TQ1_0', 256, 54), block('TQ2_0', 256, 66), block('MXFP4', 32, 17), block('NVFP4', 64, 36), block('Q1_0', 128, 18),
];

/** How many entries of DTYPES a safetensors header may name. */
export const SAFETENSORS_DTYPES = 22;

const CODES: ReadonlyMap<string, number> = new Map(DTYPES.map((dtype, code) => [dtype.name, code]));

/** Position of a type in DTYPES, or undefined. */
export function dtypeCode(name: string): number | undefined {
  return CODES.get(name);
}

function block(name: string, elements: number, bytes: number): Dtype {
  return { name, bits: (8 * bytes) / elements, block: { elements, bytes } };
}
