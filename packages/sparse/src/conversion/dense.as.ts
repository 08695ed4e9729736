// Between the stored values of a sparse matrix and the dense matrix [inputs, outputs].

@inline
function at(index: i32): usize {
  return <usize>index << 2;
}

/** w = the values at their positions, 0 elsewhere. */
export function scatter(pointers: usize, indices: usize, values: usize, w: usize, inputs: i32, outputs: i32): void {
  memory.fill(w, 0, <usize>inputs * at(outputs));
  for (let j = 0; j < outputs; j++) {
    const end = load<i32>(pointers + at(j + 1));
    for (let p = load<i32>(pointers + at(j)); p < end; p++) {
      store<f32>(w + <usize>load<u32>(indices + at(p)) * at(outputs) + at(j), load<f32>(values + at(p)));
    }
  }
}

/** values = what w holds at their positions. */
export function gather(pointers: usize, indices: usize, w: usize, values: usize, outputs: i32): void {
  for (let j = 0; j < outputs; j++) {
    const end = load<i32>(pointers + at(j + 1));
    for (let p = load<i32>(pointers + at(j)); p < end; p++) {
      store<f32>(values + at(p), load<f32>(w + <usize>load<u32>(indices + at(p)) * at(outputs) + at(j)));
    }
  }
}
