import { MalformedError } from '../errors.ts';

/** The rules of the containers, by the stable name under which a breach is reported: those of safetensors first. */
export type HeaderViolation =
  | 'file-too-small' | 'header-too-large' | 'header-beyond-file'
  | 'header-not-utf8' | 'header-not-json' | 'header-not-object' | 'header-too-deep'
  | 'duplicate-name' | 'duplicate-key' | 'metadata-not-strings'
  | 'entry-not-object' | 'field-missing' | 'dtype-unknown' | 'shape-invalid' | 'offsets-invalid' | 'integer-too-large'
  | 'offsets-reversed' | 'hole' | 'overlap'
  | 'size-overflow' | 'sub-byte-misaligned' | 'size-mismatch'
  | 'not-torch' | 'zip-malformed' | 'pickle-absent' | 'pickle-malformed' | 'storage-absent' | 'tensor-invalid'
  | 'not-gguf' | 'gguf-version' | 'gguf-malformed';

/** How large a file would have to be, and how large it is, in bytes. */
export interface FileSizes {
  readonly expectedSize: number;
  readonly actualSize: number;
}

const HINT = 'Save the checkpoint again, or upload the file again: what it says of its tensors cannot be used as it is.';

/** The head of a file of weights breaks a rule of its format. */
export class HeaderError extends MalformedError {
  readonly violation: HeaderViolation;
  /** Set where the file ends before its header does (`file-too-small`, `header-beyond-file`): the file was cut short, or is something else. */
  readonly sizes: FileSizes | null;

  constructor(violation: HeaderViolation, message: string, sizes: FileSizes | null = null) {
    super(message, HINT);
    this.violation = violation;
    this.sizes = sizes;
  }
}
