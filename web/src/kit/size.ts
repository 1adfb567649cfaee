const kilo = new Intl.NumberFormat('en-IN', { style: 'unit', unit: 'kilobyte', maximumFractionDigits: 0 })
const mega = new Intl.NumberFormat('en-IN', { style: 'unit', unit: 'megabyte', maximumFractionDigits: 1 })

/** megabytes is a file's size for people. */
export function megabytes(bytes: number): string {
  return bytes < 1_000_000 ? kilo.format(Math.ceil(bytes / 1_000)) : mega.format(bytes / 1_000_000)
}
