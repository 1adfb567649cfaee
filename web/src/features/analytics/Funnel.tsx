import { useQuery } from '@tanstack/react-query'
import { count, share } from '~/kit/format'
import { t } from '~/texts'
import { ChartCard } from './ChartCard'
import { funnelQuery, type Period } from './queries'

const words = t.analytics.funnel

interface Step {
  name: string
  value: number
  /** Of the step before; the first has none. */
  before: { name: string; value: number } | null
}

/** Funnel needs no chart library: three bars, each as wide as its part of the first. */
export function Funnel({ days }: { days: Period }) {
  const query = useQuery(funnelQuery(days))
  const steps = query.data && stepsOf(query.data)
  return (
    <ChartCard
      title={words.title}
      lead={words.lead}
      query={query}
      rows={steps}
      rowKey={(step) => step.name}
      columns={[
        { title: words.step, cell: (step) => step.name },
        { title: words.value, end: true, cell: (step) => count(step.value) },
        {
          title: words.share,
          end: true,
          cell: (step) => (step.before ? share(step.value, step.before.value) : t.common.none),
        },
      ]}
    >
      {(steps) => (
        <div className="funnel">
          {steps.map((step) => (
            <FunnelStep key={step.name} step={step} most={steps[0]?.value ?? 0} />
          ))}
        </div>
      )}
    </ChartCard>
  )
}

function FunnelStep({ step, most }: { step: Step; most: number }) {
  return (
    <div className="stack tight">
      <div className="row between">
        <span>
          {step.name} <strong className="num">{count(step.value)}</strong>
        </span>
        {step.before && (
          <span className="quiet num">{words.ofBefore(share(step.value, step.before.value), step.before.name)}</span>
        )}
      </div>
      <div className="funnel-track">
        <div style={{ width: most > 0 ? `${(100 * step.value) / most}%` : 0 }} />
      </div>
    </div>
  )
}

function stepsOf(counts: { eligible: number; registered: number; present: number }): Step[] {
  if (counts.eligible === 0 && counts.registered === 0) return []
  const steps: Step[] = []
  for (const name of ['eligible', 'registered', 'present'] as const) {
    const before = steps.at(-1) ?? null
    steps.push({ name: words[name], value: counts[name], before })
  }
  return steps
}
