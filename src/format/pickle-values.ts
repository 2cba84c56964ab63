/** A name that a pickle asks Python to import: `torch._utils` and `_rebuild_tensor_v2`. Never imported, only kept. */
export class PickleGlobal {
  readonly module: string;
  readonly name: string;

  constructor(module: string, name: string) {
    this.module = module;
    this.name = name;
  }

  get path(): string {
    return `${this.module}.${this.name}`;
  }
}

/** Something that is stored beside the pickle, by its id. PyTorch's storages are. */
export class PicklePersistent {
  readonly id: PickleValue;

  constructor(id: PickleValue) {
    this.id = id;
  }
}

export class PickleTuple {
  readonly items: readonly PickleValue[];

  constructor(items: readonly PickleValue[]) {
    this.items = items;
  }
}

/** What a call to a global would return, were it called: the callee, its arguments and what was put into it afterwards. */
export class PickleCall {
  readonly callee: PickleValue;
  readonly args: readonly PickleValue[];
  readonly entries = new Map<PickleValue, PickleValue>();
  readonly items: PickleValue[] = [];
  state: PickleValue = null;

  constructor(callee: PickleValue, args: readonly PickleValue[]) {
    this.callee = callee;
    this.args = args;
  }
}

export type PickleList = PickleValue[];
export type PickleDict = Map<PickleValue, PickleValue>;
export type PickleValue = null | boolean | number | bigint | string | Uint8Array | PickleGlobal | PicklePersistent | PickleTuple | PickleCall | PickleList | PickleDict;
