/** Thrown when a backend is not there or does not work; the message ends with the remedy. */
export class BackendError extends Error {
  /** The backend that was asked for. */
  readonly backend: string;
  /** What is wrong, without full stop. */
  readonly problem: string;
  /** What to do about it, as one sentence or command. */
  readonly remedy: string;

  constructor(backend: string, problem: string, remedy: string, cause?: unknown) {
    super(`The backend '${backend}' cannot be used: ${problem}. ${remedy}`, { cause });
    this.name = 'BackendError';
    this.backend = backend;
    this.problem = problem;
    this.remedy = remedy;
  }
}
