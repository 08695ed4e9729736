/** The backends of Arborize. `cuda` is TensorFlow on a GPU, `tensorflow` is TensorFlow on whatever it has. */
export type BackendName = 'webgpu' | 'cuda' | 'tensorflow' | 'wasm' | 'cpu';

/** What a backend runs on. */
export interface DeviceDescription {
  /** The device in words: an adapter's name, TensorFlow's version, the WASM build. */
  readonly device: string;
  /** Whether a WebGPU adapter is emulated on the CPU, which is right but very slow. */
  readonly software: boolean;
  /** Optional features that are there, e.g. `shader-f16`, `simd`. */
  readonly features: readonly string[];
  /** Threads that the backend computes with, 0 where it does not tell. */
  readonly threads: number;
}

/** Options of `useBackend`. */
export interface BackendOptions {
  /**
   * Browsers only: the folder, ending in `/`, from which the `.wasm` files of `@tensorflow/tfjs-backend-wasm` are served, or
   * a map from each file's name to its URL. Default: beside the page's script. Node finds the files by itself.
   */
  readonly wasmPaths?: string | Readonly<Record<string, string>>;
  /**
   * Node only: on how many threads `wasm` computes large products, an integer from 1 to 64. Results are the same to the bit. Default:
   * the cores, at most 4; 1 in a worker thread. It takes a backend that starts now: one that runs already may have a heap that threads
   * cannot share.
   */
  readonly threads?: number;
}

/** One backend: how to load it, and what it then runs on. */
export interface Device {
  readonly name: BackendName;
  /** Its name in TensorFlow.js's registry. */
  readonly registered: string;
  /** Imports and registers it. Throws a `BackendError` with the remedy where it is not to be had. */
  load(options: BackendOptions): Promise<void>;
  /** Describes it, once it is the active backend. Throws a `BackendError` if it is not what its name promises. */
  describe(): Promise<DeviceDescription>;
}

/** Whether this is Node, Deno or Bun rather than a browser. */
export function isNode(): boolean {
  return typeof process !== 'undefined' && process.versions?.node !== undefined;
}
