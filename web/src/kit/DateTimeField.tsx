import { parseAbsolute, parseDateTime, toCalendarDateTime, toZoned } from '@internationalized/date'
import { useFormats } from './format'
import type { FieldProps } from './Hint'
import { TextField } from './TextField'

/**
 * DateTimeField is a moment, to the minute, of the office's zone, wherever the reader is. Its value is RFC 3339 in UTC. It is the
 * browser's own field, which a phone has its own wheels for; as browsers write dates in the order of their language, what is
 * chosen also stands below in words.
 */
export function DateTimeField({
  value,
  onChange,
  hint,
  ...props
}: FieldProps & { name: string; value: string | null; onChange: (moment: string | null) => void }) {
  const { full, timeZone } = useFormats()
  return (
    <TextField
      {...props}
      type="datetime-local"
      hint={value ? full(value) : hint}
      value={value ? clockOf(value, timeZone) : ''}
      onChange={(clock) => onChange(clock ? momentOf(clock, timeZone) : null)}
    />
  )
}

/** clockOf is what the office's clock shows at a moment, as such a field has it: 2026-11-28T17:30. */
export const clockOf = (moment: string, timeZone: string) =>
  toCalendarDateTime(parseAbsolute(moment, timeZone)).toString().slice(0, 16)

/** momentOf is when the office's clock shows that; of an hour that a clock shows twice it is the first. */
export const momentOf = (clock: string, timeZone: string) =>
  toZoned(parseDateTime(clock), timeZone, 'earlier').toAbsoluteString()
