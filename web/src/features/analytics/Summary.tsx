import { useQuery } from '@tanstack/react-query'
import { count, share } from '~/kit/format'
import { Failed } from '~/kit/States'
import { t } from '~/texts'
import { type Period, summaryQuery } from './queries'

const names = ['total_drives', 'posted', 'ongoing', 'finished', 'registrations', 'attendance_rate_percent'] as const

export function Summary({ days }: { days: Period }) {
  const { data, error, refetch } = useQuery(summaryQuery(days))
  const words = t.analytics.summary
  if (error && !data) return <Failed error={error} onRetry={() => refetch()} />
  return (
    <section className="stack tight" aria-label={words.label}>
      <dl className="summary">
        {names.map((name) => (
          <div key={name} className="card summary-figure">
            <dt>{words[name]}</dt>
            <dd className="num">
              {data ? figure(name, data[name]) : <span className="skeleton summary-skeleton" aria-hidden="true" />}
            </dd>
          </div>
        ))}
      </dl>
      <p className="quiet">
        {words.hint} {data && words.rest(count(data.pending), count(data.cancelled))}
      </p>
    </section>
  )
}

const figure = (name: (typeof names)[number], n: number) =>
  name === 'attendance_rate_percent' ? share(n, 100) : count(n)
