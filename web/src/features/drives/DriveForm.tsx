import { useQuery } from '@tanstack/react-query'
import { memo, type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { Form } from 'react-aria-components/Form'
import { fieldsOf, messageOf } from '~/api/problem'
import { useSession } from '~/api/session'
import type { Upload } from '~/api/uploads'
import { DateTimeField } from '~/kit/DateTimeField'
import { DecimalField } from '~/kit/DecimalField'
import { Select } from '~/kit/Select'
import { Sending } from '~/kit/Sending'
import { useSteady } from '~/kit/steady'
import { TextArea, TextField } from '~/kit/TextField'
import { t } from '~/texts'
import { CriteriaFields } from './CriteriaFields'
import { CriteriaList } from './CriteriaList'
import type { Criteria } from './criteria'
import type { Draft } from './draft'
import { PreviewSide } from './PreviewSide'
import { domainsQuery } from './queries'
import { usePreview } from './usePreview'
import './drives.css'

const f = t.drives.fields
const h = t.drives.hints

export interface DriveFormProps {
  draft: Draft
  onChange: (change: Partial<Draft>) => void
  /** Criteria belong to a drive that nobody has been told of. */
  isLocked?: boolean
  error: unknown
  pdf: ReactNode
  /** The PDF on its way. */
  upload: Upload | undefined
  actions: ReactNode
  /** With the name of the button that sent it. */
  onSubmit: (button: string) => void
}

/** DriveForm is a drive's fields, and beside them whom its criteria let in while they are typed. */
export function DriveForm(props: DriveFormProps) {
  const { draft, onChange: change, isLocked, error, pdf, upload, actions, onSubmit } = props
  const live = usePreview(draft.criteria)
  const { faults, touch } = useFaults(error)
  // Only what a key changes is drawn anew, not all the fields and the curve beside it.
  const onChange = useSteady((fields: Partial<Draft>) => {
    touch(Object.keys(fields))
    change(fields)
  })
  const changeCriteria = useSteady((criteria: Partial<Criteria>) => {
    touch(Object.keys(criteria))
    change({ criteria: { ...draft.criteria, ...criteria } })
  })
  const form = useFirstFault(error)
  return (
    <div className={isLocked ? 'drive-form locked' : 'drive-form'}>
      <Form
        ref={form}
        className="stack"
        validationErrors={faults}
        onSubmit={(event) => {
          event.preventDefault()
          const { submitter } = event.nativeEvent as SubmitEvent
          onSubmit(submitter?.getAttribute('name') ?? '')
        }}
      >
        <Facts draft={draft} onChange={onChange} />
        <Dates deadline={draft.registration_deadline} interview={draft.interview_date} onChange={onChange} />
        <section className="card stack">{pdf}</section>
        <section className="card stack" aria-labelledby="criteria">
          <h2 id="criteria">{t.drives.form.criteria}</h2>
          {isLocked ? (
            <>
              <p className="banner">{t.drives.form.locked}</p>
              <CriteriaList criteria={draft.criteria} />
            </>
          ) : (
            <CriteriaFields
              criteria={draft.criteria}
              preview={live.preview}
              faults={faults}
              onChange={changeCriteria}
            />
          )}
        </section>
        {!!error && (
          <p className="banner bad" role="alert">
            {Object.keys(fieldsOf(error)).length > 0 ? t.drives.form.faults : messageOf(error)}
          </p>
        )}
        <div className="actions start">{actions}</div>
        {upload && <Sending upload={upload} />}
      </Form>
      {!isLocked && <PreviewSide live={live} criteria={draft.criteria} onChange={changeCriteria} />}
    </div>
  )
}

/** useFaults are the server's faults of the fields that have not been changed since: a fault stays no longer than its cause. */
function useFaults(error: unknown) {
  const [touched, setTouched] = useState<{ error: unknown; fields: readonly string[] }>({ error, fields: [] })
  const since = touched.error === error ? touched.fields : noFields
  const faults = useMemo(
    () => Object.fromEntries(Object.entries(fieldsOf(error)).filter(([field]) => !since.includes(field))),
    [error, since],
  )
  const touch = (fields: string[]) => {
    if (fields.some((field) => field in faults)) setTouched({ error, fields: [...since, ...fields] })
  }
  return { faults, touch }
}

const noFields: readonly string[] = []

/** useFirstFault brings the first field that the server refused under the reader's cursor. */
function useFirstFault(error: unknown) {
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    if (!error) return
    const first = form.current?.querySelector<HTMLElement>(
      '[data-invalid] input, [data-invalid] textarea, [data-invalid] button',
    )
    first?.focus()
  }, [error])
  return form
}

type Part = Pick<DriveFormProps, 'draft' | 'onChange'>

function Facts({ draft, onChange }: Part) {
  return (
    <section className="card stack" aria-labelledby="offer">
      <h2 id="offer">{t.drives.form.facts}</h2>
      <div className="grid2">
        <TextField
          label={f.company_name}
          name="company_name"
          value={draft.company_name}
          onChange={(company_name) => onChange({ company_name })}
          maxLength={200}
          isRequired
        />
        <TextField
          label={f.job_title}
          name="job_title"
          value={draft.job_title}
          onChange={(job_title) => onChange({ job_title })}
          maxLength={200}
          isRequired
        />
        <Domain draft={draft} onChange={onChange} />
        <TextField
          label={f.location}
          name="location"
          value={draft.location}
          onChange={(location) => onChange({ location })}
          maxLength={200}
        />
        <DecimalField
          label={f.package_lpa}
          hint={h.package_lpa}
          name="package_lpa"
          max={100_000}
          decimals={2}
          value={draft.package_lpa}
          onChange={(package_lpa) => onChange({ package_lpa })}
        />
      </div>
      <TextArea
        label={f.job_description}
        name="job_description"
        rows={6}
        value={draft.job_description}
        onChange={(job_description) => onChange({ job_description })}
        maxLength={20_000}
      />
    </section>
  )
}

function Domain({ draft, onChange }: Part) {
  const { data: domains = [] } = useQuery(domainsQuery)
  const options = domains.map(({ domain_id, domain_name }) => ({ id: String(domain_id), text: domain_name }))
  return (
    <Select
      label={f.domain_id}
      name="domain_id"
      options={[{ id: '', text: t.drives.noDomain }, ...options]}
      value={draft.domain_id === null ? '' : String(draft.domain_id)}
      onChange={(id) => onChange({ domain_id: id === '' ? null : Number(id) })}
    />
  )
}

const Dates = memo(function Dates({
  deadline,
  interview,
  onChange,
}: {
  deadline: Draft['registration_deadline']
  interview: Draft['interview_date']
  onChange: Part['onChange']
}) {
  const { time_zone } = useSession()
  return (
    <section className="card stack" aria-labelledby="dates">
      <h2 id="dates">{t.drives.form.dates}</h2>
      <div className="grid-dates">
        <DateTimeField
          label={f.registration_deadline}
          hint={h.deadline}
          name="registration_deadline"
          value={deadline}
          onChange={(registration_deadline) => onChange({ registration_deadline })}
        />
        <DateTimeField
          label={f.interview_date}
          hint={h.officeTime(time_zone)}
          name="interview_date"
          value={interview}
          onChange={(interview_date) => onChange({ interview_date })}
        />
      </div>
    </section>
  )
})
