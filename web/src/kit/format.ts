import { useSession } from '~/api/session'

const locale = 'en-IN'
const whole = new Intl.NumberFormat(locale)
const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 })

export const count = (n: number | null | undefined) => (n == null ? '–' : whole.format(n))
export const share = (part: number, of: number) => (of === 0 ? '–' : percent.format(part / of))

const officeDay = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' })

/** formatsIn makes dates readable in the office's zone, wherever the reader is. */
function formatsIn(timeZone: string) {
  const of = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { timeZone, ...options })
  const date = of({ day: 'numeric', month: 'short', year: 'numeric' })
  const dateTime = of({ day: 'numeric', month: 'short', year: 'numeric', hour: 'numeric', minute: '2-digit' })
  const weekday = of({ weekday: 'short', day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' })
  const day = of({ day: 'numeric', month: 'short' })
  const full = of({
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
  })
  const moment = of({ day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit', second: '2-digit' })
  const show = (format: Intl.DateTimeFormat) => (text: string | null | undefined) =>
    text ? format.format(new Date(text)) : '–'
  return {
    timeZone,
    date: show(date),
    dateTime: show(dateTime),
    weekday: show(weekday),
    full: show(full),
    moment: show(moment),
    /** day is for `2026-11-28`, a day of the office already. */
    day: (text: string) => officeDay.format(new Date(text)),
    shortDay: show(day),
  }
}

let made: ReturnType<typeof formatsIn> | undefined

/** useFormats makes the formats once for all: making one takes longer than a hundred uses. */
export function useFormats() {
  const { time_zone } = useSession()
  if (made?.timeZone !== time_zone) made = formatsIn(time_zone)
  return made
}

/** remaining says how long it is until a moment, in its two largest units; null when it is over. */
export function remaining(until: number, now: number): string | null {
  let seconds = Math.floor((until - now) / 1000)
  if (seconds <= 0) return null
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
    ['s', 1],
  ] as const
  const parts: string[] = []
  for (const [name, size] of units) {
    const n = Math.floor(seconds / size)
    seconds -= n * size
    if (n > 0 || parts.length > 0) parts.push(`${n} ${name}`)
    if (parts.length === 2) break
  }
  return parts.join(' ')
}
