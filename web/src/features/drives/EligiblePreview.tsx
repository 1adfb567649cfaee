import { lazy } from 'react'
import { ToggleButton } from 'react-aria-components/ToggleButton'
import { part } from '~/api/build'
import type { Preview } from '~/api/schema'
import { count, share } from '~/kit/format'
import { Part } from '~/kit/Part'
import { t } from '~/texts'
import { type Criteria, sameBranch, toggledBranch } from './criteria'

const CgpaCurve = lazy(part(() => import('./CgpaCurve'), { keepsPage: true }))
const p = t.drives.preview

interface Props {
  preview: Preview
  criteria: Criteria
  /** Without it the preview only shows. */
  onChange?: ((change: Partial<Criteria>) => void) | undefined
}

/** EligibleNow is the one figure that matters, read out when it changes. */
export function EligibleNow({ preview, isStale }: { preview: Preview; isStale?: boolean }) {
  return (
    <div className={isStale ? 'eligible-now stale' : 'eligible-now'}>
      <p aria-live="polite" aria-atomic="true">
        <strong className="figure num">{count(preview.eligible)}</strong>{' '}
        <span className="quiet">{p.ofStudents(count(preview.students))}</span>
      </p>
      <div className="bar" aria-hidden="true">
        <div style={{ width: `${(100 * preview.eligible) / Math.max(1, preview.students)}%` }} />
      </div>
    </div>
  )
}

/** EligibleDetails says what each rule costs, and lets change the criteria by pointing at the numbers. */
export function EligibleDetails({ preview, criteria, onChange }: Props) {
  return (
    <>
      <RuleCosts preview={preview} />
      <section className="stack tight">
        <h3>{p.curve}</h3>
        <Part fallback={<div className="curve" />}>
          <CgpaCurve
            points={preview.cgpa_curve}
            value={criteria.min_cgpa}
            {...(onChange ? { onPick: (min_cgpa: number | null) => onChange({ min_cgpa }) } : {})}
          />
        </Part>
      </section>
      <BranchBars preview={preview} criteria={criteria} onChange={onChange} />
    </>
  )
}

function RuleCosts({ preview }: { preview: Preview }) {
  // In the order of the form, so that a rule keeps its place while others come and go.
  const rules = Object.keys(t.drives.ruleShort)
    .map((rule) => [rule, preview.failing[rule]] as const)
    .filter(([rule, n]) => n !== undefined && (rule !== 'debarred' || n > 0))
  return (
    <section className="stack tight">
      <h3>{p.rules}</h3>
      {rules.length === 0 ? (
        <p className="quiet">{p.rulesNone}</p>
      ) : (
        <ul className="costs">
          {rules.map(([rule, n]) => (
            <li key={rule}>
              <span>{t.drives.ruleShort[rule as keyof typeof t.drives.ruleShort] ?? rule}</span>
              <span className="num">{p.fails(count(n))}</span>
              <span className="num quiet">{p.onlyFails(count(preview.only_failing[rule] ?? 0))}</span>
              <div className="bar cost" aria-hidden="true">
                <div style={{ width: `${(100 * (n ?? 0)) / Math.max(1, preview.students)}%` }} />
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function BranchBars({ preview, criteria, onChange }: Props) {
  return (
    <section className="stack tight">
      <h3>{p.branches}</h3>
      {onChange && <p className="quiet small">{p.branchesHelp}</p>}
      <ul className="branches">
        {preview.by_branch.map((row) => (
          <li key={row.branch ?? ''}>
            <BranchBar
              {...row}
              isAllowed={criteria.allowed_branches.some((b) => sameBranch(b, row.branch ?? ''))}
              onToggle={
                onChange && row.branch !== null
                  ? (branch) => onChange({ allowed_branches: toggledBranch(criteria.allowed_branches, branch) })
                  : undefined
              }
            />
          </li>
        ))}
      </ul>
    </section>
  )
}

function BranchBar({
  branch,
  students,
  eligible,
  isAllowed,
  onToggle,
}: Preview['by_branch'][number] & { isAllowed: boolean; onToggle: ((branch: string) => void) | undefined }) {
  const name = branch ?? p.noBranch
  const content = (
    <>
      <span className="branch-name">{name}</span>
      <span className="bar" aria-hidden="true">
        <div style={{ width: `${(100 * eligible) / Math.max(1, students)}%` }} />
      </span>
      <span className="num quiet branch-count" title={share(eligible, students)}>
        {t.common.rowsOf(count(eligible), count(students))}
      </span>
    </>
  )
  if (!onToggle || branch === null) return <div className="branch">{content}</div>
  return (
    <ToggleButton
      className="branch"
      isSelected={isAllowed}
      onChange={() => onToggle(branch)}
      aria-label={p.branchBar(name, count(eligible), count(students))}
    >
      {content}
    </ToggleButton>
  )
}
