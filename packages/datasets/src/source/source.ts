/** Where data comes from: a tree of named files. */
export interface Source {
  /** The directory or URL, without a slash at its end. */
  readonly location: string;
  /** The bytes of a file, or `null` if there is none of this path. */
  read(path: string): Promise<Uint8Array | null>;
  /** Paths of all files under the source, sorted; a URL has no such list. */
  list?(): Promise<readonly string[]>;
}

/** How far the reading of one file is. */
export interface ReadProgress {
  /** Path of the file within the source. */
  readonly file: string;
  /** Bytes read so far. */
  readonly done: number;
  /** Bytes in all, or `null` where a server does not say. */
  readonly total: number | null;
}

/** Keeps what was downloaded; `fileCache` of `@arborize/datasets/node` keeps it on disk. */
export interface DownloadCache {
  /** The bytes kept for a URL, or `null`. */
  read(url: string): Promise<Uint8Array | null>;
  write(url: string, bytes: Uint8Array): Promise<void>;
}

/** Options of every loader. */
export interface LoadOptions {
  /** Called as bytes arrive. */
  readonly onProgress?: (progress: ReadProgress) => void;
  /** Asked before a download and given its bytes; a directory needs none. Default: nothing is kept. */
  readonly cache?: DownloadCache;
  /** SHA-256 of files in hexadecimal, by path within the source. Files not named here are not checked. */
  readonly checksums?: Readonly<Record<string, string>>;
}

/** Path or URL of a file of a source, as errors call it. */
export function fullName(source: Source, path: string): string {
  return `${source.location}/${path}`;
}
