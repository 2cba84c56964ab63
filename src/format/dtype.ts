/**
 * Element types of stored tensors. The first 22 are those of safetensors, in the order of its reference
 * implementation (safetensors 0.8, `Dtype`); after them come the types that only other containers have.
 * A type is stored as its position in this list, so the list may only grow at its end.
 */
export const DTYPES = [
  { name: 'BOOL', bits: 8 }, { name: 'F4', bits: 4 }, { name: 'F6_E2M3', bits: 6 }, { name: 'F6_E3M2', bits: 6 },
  { name: 'U8', bits: 8 }, { name: 'I8', bits: 8 }, { name: 'F8_E5M2', bits: 8 }, { name: 'F8_E4M3', bits: 8 },
  { name: 'F8_E8M0', bits: 8 }, { name: 'F8_E4M3FNUZ', bits: 8 }, { name: 'F8_E5M2FNUZ', bits: 8 },
  { name: 'I16', bits: 16 }, { name: 'U16', bits: 16 }, { name: 'F16', bits: 16 }, { name: 'BF16', bits: 16 },
  { name: 'I32', bits: 32 }, { name: 'U32', bits: 32 }, { name: 'F32', bits: 32 }, { name: 'C64', bits: 64 },
  { name: 'F64', bits: 64 }, { name: 'I64', bits: 64 }, { name: 'U64', bits: 64 },
] as const;

/** How many entries of DTYPES a safetensors header may name. */
export const SAFETENSORS_DTYPES = 22;
