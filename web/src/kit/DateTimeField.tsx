import { now, parseAbsolute, type ZonedDateTime } from '@internationalized/date'
import { CalendarDays, ChevronLeft, ChevronRight, X } from 'lucide-react'
import { useMemo } from 'react'
import { Button as AriaButton } from 'react-aria-components/Button'
import { Calendar, CalendarCell, CalendarGrid } from 'react-aria-components/Calendar'
import { DateInput, DateSegment } from 'react-aria-components/DateField'
import { DatePicker } from 'react-aria-components/DatePicker'
import { Dialog } from 'react-aria-components/Dialog'
import { FieldError } from 'react-aria-components/FieldError'
import { Group } from 'react-aria-components/Group'
import { Heading } from 'react-aria-components/Heading'
import { Label } from 'react-aria-components/Label'
import { Popover } from 'react-aria-components/Popover'
import { t } from '~/texts'
import { Button } from './Button'
import { type FieldProps, Hint } from './Hint'
import './calendar.css'

/**
 * DateTimeField is a moment, to the minute, told in the zone given, wherever the reader is. Its value is RFC 3339 in UTC.
 */
export function DateTimeField({
  label,
  hint,
  name,
  timeZone,
  value,
  onChange,
  hour = 10,
}: FieldProps & {
  name: string
  timeZone: string
  value: string | null
  onChange: (moment: string | null) => void
  /** The hour that a day starts with when it is picked. */
  hour?: number
}) {
  const zoned = useMemo(() => (value ? parseAbsolute(value, timeZone) : null), [value, timeZone])
  const placeholder = useMemo(
    () => now(timeZone).add({ days: 1 }).set({ hour, minute: 0, second: 0, millisecond: 0 }),
    [timeZone, hour],
  )
  return (
    <DatePicker<ZonedDateTime>
      className="field"
      name={name}
      granularity="minute"
      value={zoned}
      placeholderValue={placeholder}
      onChange={(moment) => onChange(moment ? moment.toAbsoluteString() : null)}
      shouldForceLeadingZeros
    >
      <Label>{label}</Label>
      <Group className="input date-input">
        <DateInput className="date-segments">
          {(segment) => <DateSegment segment={segment} className="date-segment" />}
        </DateInput>
        {value && (
          // Not a button of the picker's own: outside of its slots, so that it does not open the calendar.
          <Button slot={null} look="plain" icon aria-label={t.common.clearField(label)} onPress={() => onChange(null)}>
            <X size={16} aria-hidden="true" />
          </Button>
        )}
        <AriaButton className="button plain icon">
          <CalendarDays size={16} aria-hidden="true" />
        </AriaButton>
      </Group>
      <Hint>{hint}</Hint>
      <FieldError className="fault" />
      <Popover className="popover">
        <Dialog className="calendar-dialog" aria-label={t.common.calendar}>
          <Month />
        </Dialog>
      </Popover>
    </DatePicker>
  )
}

function Month() {
  return (
    <Calendar className="calendar">
      <header className="row between">
        <AriaButton slot="previous" className="button plain icon" aria-label={t.common.earlier}>
          <ChevronLeft size={16} aria-hidden="true" />
        </AriaButton>
        <Heading className="calendar-title" />
        <AriaButton slot="next" className="button plain icon" aria-label={t.common.later}>
          <ChevronRight size={16} aria-hidden="true" />
        </AriaButton>
      </header>
      <CalendarGrid>{(date) => <CalendarCell date={date} className="calendar-cell" />}</CalendarGrid>
    </Calendar>
  )
}
