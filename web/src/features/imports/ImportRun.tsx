import { useQuery } from '@tanstack/react-query'
import { isFinal, type Job, useJob } from '~/api/jobs'
import { LinkButton } from '~/kit/Button'
import { JobProgress } from '~/kit/Progress'
import { Blank } from '~/kit/States'
import { t } from '~/texts'
import { Codes } from './Codes'
import { Faults } from './Faults'
import { Figures } from './Figures'
import { ForReal } from './ForReal'
import { type ImportResult, resultOf, sheetQuery } from './queries'

/** ImportRun is one check or import, from when it waits until what it found. */
export function ImportRun({ first }: { first: Job }) {
  const live = useJob(isFinal(first) ? null : first.id, [['jobs'], ['students'], ['users']])
  const job = live ?? first
  const result = resultOf(job)
  if (!isFinal(job)) {
    return (
      <section className="card stack">
        <JobProgress job={job} label={t.imports.working} />
        <p className="quiet">{t.imports.workingText}</p>
      </section>
    )
  }
  if (!result) {
    return (
      <Blank title={t.imports.failed} action={<LinkButton to="/jobs">{t.imports.toJobs}</LinkButton>}>
        {t.imports.failedText(t.common.jobState[job.state])}
      </Blank>
    )
  }
  return <Result job={job} result={result} />
}

function Result({ job, result }: { job: Job; result: ImportResult }) {
  const { data: sheet } = useQuery(sheetQuery(job.id))
  return (
    <>
      <Figures result={result} />
      {!result.ok && <Faults result={result} sheet={sheet ?? null} />}
      {result.ok && result.dry_run && <ForReal result={result} sheet={sheet ?? null} />}
      {result.ok && !result.dry_run && result.created > 0 && <Codes job={job} />}
    </>
  )
}
