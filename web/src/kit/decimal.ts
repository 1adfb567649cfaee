/** readDecimal reads what a person typed: null for nothing, NaN for what is no number (yet). */
export function readDecimal(text: string): number | null {
  const plain = text.trim().replace(',', '.')
  if (plain === '') return null
  return /^\d*\.?\d*$/.test(plain) && /\d/.test(plain) ? Number(plain) : Number.NaN
}

/** decimalFault says what is wrong with a typed number: no number, too small or large, too many decimals. */
export function decimalFault(
  value: number | null,
  { min, max, decimals }: { min: number; max: number; decimals: number },
): 'number' | 'range' | 'decimals' | null {
  if (value === null) return null
  if (Number.isNaN(value)) return 'number'
  if (value < min || value > max) return 'range'
  const shift = 10 ** decimals
  return Math.abs(value * shift - Math.round(value * shift)) > 1e-6 ? 'decimals' : null
}
