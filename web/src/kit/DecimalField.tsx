import { useState } from 'react'
import { t } from '~/texts'
import { decimalFault, readDecimal } from './decimal'
import type { FieldProps } from './Hint'
import { TextField } from './TextField'

/**
 * DecimalField tells the number while it is typed (NumberField only when it is left); null for nothing, and for what is not
 * a number, which the form then does not accept.
 */
export function DecimalField({
  value,
  onChange,
  min = 0,
  max,
  decimals = 0,
  ...props
}: FieldProps & {
  name: string
  value: number | null
  onChange: (value: number | null) => void
  min?: number
  max: number
  decimals?: number
}) {
  const [typed, type] = useState('')
  const read = readDecimal(typed)
  const known = read !== null && Number.isNaN(read) ? null : read
  // What was typed stays as it is ("7." on the way to 7.5), unless the number comes from elsewhere.
  const text = known === value ? typed : value === null ? '' : String(value)
  const fault = decimalFault(readDecimal(text), { min, max, decimals })
  const change = (next: string) => {
    type(next)
    const number = readDecimal(next)
    onChange(number !== null && Number.isNaN(number) ? null : number)
  }
  return (
    <TextField
      {...props}
      inputMode={decimals > 0 ? 'decimal' : 'numeric'}
      autoComplete="off"
      value={text}
      onChange={change}
      validate={() => (fault ? t.common.decimalFault[fault](String(min), String(max), decimals) : null)}
    />
  )
}
