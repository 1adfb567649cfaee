import { Clock } from 'lucide-react'
import { useClock } from '~/kit/clock'
import { remaining, useFormats } from '~/kit/format'
import { t } from '~/texts'

const day = 86_400_000

/** Countdown counts down to a drive's deadline. It keeps its place while it ticks, and stands out on the last day. */
export function Countdown({ until }: { until: string | null }) {
  const { dateTime } = useFormats()
  const end = until ? Date.parse(until) : null
  const left = useClock((now) => (end === null ? null : remaining(end, now)))
  const isUrgent = useClock((now) => end !== null && end - now < day)
  if (!until) return <span className="countdown quiet">{t.student.noDeadline}</span>
  return (
    <span className={isUrgent ? 'countdown urgent' : 'countdown'}>
      <Clock size={15} aria-hidden="true" />
      <span className="stack countdown-lines">
        <span className="num" role="timer">
          {left === null ? t.student.closed : t.student.closesIn(left)}
        </span>
        <time className="quiet" dateTime={until}>
          {dateTime(until)}
        </time>
      </span>
    </span>
  )
}

/** useIsPast turns true the second a moment has passed. */
export function useIsPast(moment: string | null): boolean {
  return useClock((now) => moment !== null && Date.parse(moment) <= now)
}
