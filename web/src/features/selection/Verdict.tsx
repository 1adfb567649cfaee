import { useQuery } from '@tanstack/react-query'
import type { ExplainOutputBody, Failure } from '~/api/schema'
import { studentQuery } from '~/features/students/queries'
import { Badge } from '~/kit/Badge'
import { LinkButton } from '~/kit/Button'
import { mark } from '~/kit/marks'
import { Loaded, Skeleton } from '~/kit/States'
import { t } from '~/texts'
import { explainQuery } from './queries'
import { actualOf, neededOf, ruleOf } from './rules'

const { why } = t.selection

/** Verdict is how a drive judges a student: every rule that is not met, with what is needed and what is there. */
export function Verdict({ driveId, studentId }: { driveId: number; studentId: number }) {
  const student = useQuery(studentQuery(studentId))
  const verdict = useQuery(explainQuery(driveId, studentId))
  return (
    <Loaded query={student} skeleton={<Skeleton lines={5} />}>
      {({ name, roll_number, branch, cgpa }) => (
        <section className="stack" aria-label={name}>
          <div className="row between">
            <div>
              <h3>{name}</h3>
              <p className="quiet num">{[roll_number, branch ?? t.common.none, mark(cgpa)].join(' · ')}</p>
            </div>
            <LinkButton to={`/students/${studentId}`}>{why.toStudent}</LinkButton>
          </div>
          <Loaded query={verdict} skeleton={<Skeleton lines={3} />}>
            {(judged) => <Judged verdict={judged} />}
          </Loaded>
        </section>
      )}
    </Loaded>
  )
}

function Judged({ verdict: { eligible, failing, selected } }: { verdict: ExplainOutputBody }) {
  return (
    <>
      <div className="row" role="status">
        {selected && <Badge tone="good">{why.selected}</Badge>}
        {failing.length === 0 ? <Badge tone="good">{why.eligible}</Badge> : <Badge tone="bad">{why.notEligible}</Badge>}
        <span className="quiet">{lead(eligible, failing.length === 0, selected)}</span>
      </div>
      {failing.length > 0 && <Failing failing={failing} />}
    </>
  )
}

function lead(isEligible: boolean, meetsAll: boolean, isSelected: boolean) {
  if (!meetsAll) return isSelected ? why.selectedStill : null
  return isEligible ? why.eligibleText : why.notSelected
}

function Failing({ failing }: { failing: readonly Failure[] }) {
  return (
    <table className="failing" aria-label={why.table}>
      <thead>
        <tr>
          <th scope="col">{why.rule}</th>
          <th scope="col">{why.needed}</th>
          <th scope="col">{why.actual}</th>
        </tr>
      </thead>
      <tbody>
        {failing.map((failure) => (
          <tr key={failure.rule}>
            <th scope="row">{ruleOf(failure)}</th>
            <td>{neededOf(failure)}</td>
            <td className="bad-text num">{actualOf(failure)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
