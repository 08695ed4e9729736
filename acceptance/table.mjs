/** The requirements of a case as lines of a table for a terminal. */
export function formatTable(requirements) {
  const rows = requirements.map(({ what, measured, mean, required, published, ok }) => [
    what,
    measured.length > 1 ? `${measured.map(digits).join(' ')} (mean ${digits(mean)})` : digits(mean),
    required,
    published === undefined ? '' : String(published),
    ok ? 'ok' : 'MISSED',
  ]);
  const all = [['what', 'measured', 'required', 'published', ''], ...rows];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  return all
    .map(
      (row) =>
        `  ${row
          .map((cell, i) => cell.padEnd(widths[i]))
          .join('  ')
          .trimEnd()}`,
    )
    .join('\n');
}

function digits(value) {
  return String(Number(value.toPrecision(4)));
}
