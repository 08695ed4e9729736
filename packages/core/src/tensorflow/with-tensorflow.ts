import type { DataType, KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core';

/** TensorFlow's own dtype numbers, among them those TensorFlow.js has no name for. */
export const tensorflowDtype = {
  float32: 1,
  uint8: 4,
  int32: 3,
  int8: 6,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  half: 19,
  variant: 21,
} as const;

/** An attribute of a TensorFlow op: `{ int: 2 }`, `{ type: tensorflowDtype.float32 }`, `{ bool: true }`, … */
export type TensorflowAttribute =
  | { readonly string: string }
  | { readonly int: number | number[] }
  | { readonly float: number | number[] }
  | { readonly bool: boolean | boolean[] }
  | { readonly type: number }
  | { readonly shape: number[] };

/** A raw handle inside TensorFlow, of any dtype. It lives until its `withTensorflow` call ends. */
export interface TensorflowHandle {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** What a `withTensorflow` body can do. */
export interface TensorflowOps {
  /** The handle of a TensorFlow.js tensor. */
  input(tensor: TensorInfo): TensorflowHandle;
  /** A constant made from a typed array, whose dtype TensorFlow.js may not know; int64 from a `BigInt64Array`. */
  constant(
    values: Float32Array | Int32Array | Uint8Array | BigInt64Array,
    shape: number[],
    dtype: number,
  ): TensorflowHandle;
  /** Runs any TensorFlow op and returns its outputs. */
  op(
    name: string,
    inputs: readonly TensorflowHandle[],
    attributes: Readonly<Record<string, TensorflowAttribute>>,
    outputs?: number,
  ): TensorflowHandle[];
  /** Hands a result to TensorFlow.js, which owns it from then on; its dtype must be one that TensorFlow.js has. */
  output(handle: TensorflowHandle): Tensor;
}

interface NodeBackend extends KernelBackend {
  readonly binding: Record<`TF_ATTR_${string}`, number> & {
    createTensor(shape: number[], dtype: number, values: ArrayBufferView): number;
    deleteTensor(id: number): void;
    executeOp(name: string, attributes: object[], inputs: number[], outputs: number): TensorflowHandle[];
  };
  getInputTensorIds(tensors: readonly TensorInfo[]): number[];
  createOutputTensor(handle: TensorflowHandle): Tensor;
}

/**
 * Runs raw TensorFlow ops on the `tensorflow` backend, with dtypes that TensorFlow.js lacks (bf16, int8, sparse
 * handles), and frees every handle that was not handed out.
 *
 * @example
 * // bf16 product of two float32 matrices
 * withTensorflow(tf.backend(), ({ input, op, output }) => {
 *   const cast = (x, from, to) => op('Cast', [x], { SrcT: { type: from }, DstT: { type: to }, Truncate: { bool: false } })[0];
 *   const { float32, bfloat16 } = tensorflowDtype;
 *   const [product] = op('MatMul', [cast(input(a), float32, bfloat16), cast(input(b), float32, bfloat16)], {
 *     T: { type: bfloat16 }, transpose_a: { bool: false }, transpose_b: { bool: false },
 *   });
 *   return output(cast(product, bfloat16, float32));
 * });
 */
export function withTensorflow<T>(kernelBackend: KernelBackend, body: (ops: TensorflowOps) => T): T {
  const backend = kernelBackend as NodeBackend;
  const owned = new Set<number>();
  const own = (handle: TensorflowHandle) => {
    owned.add(handle.id);
    return handle;
  };
  const attribute = ([name, value]: [string, TensorflowAttribute]) => {
    const [kind, content] = Object.entries(value)[0]!;
    return { name, type: backend.binding[`TF_ATTR_${kind.toUpperCase()}`]!, value: content };
  };
  try {
    return body({
      input: (tensor) => ({
        id: backend.getInputTensorIds([tensor])[0]!,
        shape: tensor.shape,
        dtype: dtypeNumber(tensor.dtype),
      }),
      constant: (values, shape, dtype) =>
        own({ id: backend.binding.createTensor(shape, dtype, words(values)), shape, dtype }),
      op: (name, inputs, attributes, outputs = 1) =>
        backend.binding
          .executeOp(
            name,
            Object.entries(attributes).map(attribute),
            inputs.map((input) => input.id),
            outputs,
          )
          .map(own),
      output(handle) {
        owned.delete(handle.id);
        return backend.createOutputTensor(handle);
      },
    });
  } finally {
    for (const id of owned) backend.binding.deleteTensor(id);
  }
}

/** The addon takes 64-bit integers as pairs of 32-bit ones. */
function words(values: ArrayBufferView): ArrayBufferView {
  if (!(values instanceof BigInt64Array)) return values;
  return new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
}

function dtypeNumber(dtype: DataType): number {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return tensorflowDtype[dtype];
  throw new Error(`withTensorflow: a ${dtype} tensor has no raw TensorFlow handle of known dtype.`);
}
