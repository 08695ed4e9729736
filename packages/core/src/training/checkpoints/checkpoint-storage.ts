/** A place that holds one checkpoint. `fileStorage` of `@arborize/core/node` is one. */
export interface CheckpointStorage {
  /** What messages call the place, e.g. its path. */
  readonly name: string;
  /** All bytes last written, or null if nothing was. */
  read(): Promise<Uint8Array | null>;
  /** Replaces what is there, wholly or not at all. */
  write(bytes: Uint8Array): Promise<void>;
}
