import { MalformedError } from '../errors.ts';

/** The rules of safetensors, by the stable name under which a breach is reported. */
export type HeaderViolation =
  | 'file-too-small' | 'header-too-large' | 'header-beyond-file'
  | 'header-not-utf8' | 'header-not-json' | 'header-not-object' | 'header-too-deep'
  | 'duplicate-name' | 'duplicate-key' | 'metadata-not-strings'
  | 'entry-not-object' | 'field-missing' | 'dtype-unknown' | 'shape-invalid' | 'offsets-invalid' | 'integer-too-large'
  | 'offsets-reversed' | 'hole' | 'overlap'
  | 'size-overflow' | 'sub-byte-misaligned' | 'size-mismatch';

/** How large a file would have to be, and how large it is, in bytes. */
export interface FileSizes {
  readonly expectedSize: number;
  readonly actualSize: number;
}

const HINT = 'Save the checkpoint again with safetensors, or upload the file again: its header cannot be used as it is.';

/** A safetensors header that breaks a rule of the format. */
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
