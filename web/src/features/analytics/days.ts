const oneDay = 86_400_000
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 10)

/** today is the office's day, wherever the reader is. */
export function today(timeZone: string, now = new Date()): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone }).format(now)
}

/** within leaves the last so many days up to `last`, itself included. */
export function within<T extends { day: string }>(rows: readonly T[], days: number, last: string): T[] {
  const from = iso(Date.parse(last) - (days - 1) * oneDay)
  return rows.filter(({ day }) => day >= from && day <= last)
}

export interface Dot {
  day: string
  value: number
}

/** everyDay fills in the days on which nothing was: a line must not run straight over a quiet month. */
export function everyDay(dots: readonly Dot[], days: number, last: string): Dot[] {
  const known = new Map(dots.map(({ day, value }) => [day, value]))
  const end = Date.parse(last)
  return Array.from({ length: days }, (_, i) => {
    const day = iso(end - (days - 1 - i) * oneDay)
    return { day, value: known.get(day) ?? 0 }
  })
}

/** byWeek sums days into weeks, named by their first day, so that bars of a year can be told apart. */
export function byWeek(dots: readonly Dot[]): Dot[] {
  const weeks: Dot[] = []
  for (const [i, { day, value }] of dots.entries()) {
    const week = weeks.at(-1)
    if (i % 7 === 0 || !week) weeks.push({ day, value })
    else week.value += value
  }
  return weeks
}
