import { ChevronLeft, ChevronRight } from 'lucide-react'
import { useMemo, useState } from 'react'
import { Button } from '~/kit/Button'
import { DataTable, type TableColumn } from '~/kit/DataTable'
import { count } from '~/kit/format'
import { Select } from '~/kit/Select'
import { t } from '~/texts'
import { byColumn, byKind, columnName, matching } from './faults'
import type { Fault, ImportResult } from './queries'
import { SheetView } from './SheetView'

const words = t.imports.mend

/** Faults let who mends a sheet go from cell to cell, all of them or one kind after the other. */
export function Faults({ result, sheet }: { result: ImportResult; sheet: File | null }) {
  const faults = result.errors
  const [column, setColumn] = useState('')
  const [kind, setKind] = useState('')
  const [at, setAt] = useState(0)
  const shown = useMemo(() => matching(faults, column, kind), [faults, column, kind])
  const current = shown[at]
  const choose = (column: string, kind: string) => {
    setColumn(column)
    setKind(kind)
    setAt(0)
  }
  return (
    <section className="stack">
      <h2>{words.title}</h2>
      {result.error_count > faults.length && (
        <p className="banner warn">{words.first(count(faults.length), count(result.error_count))}</p>
      )}
      <div className="row between mend-bar">
        <Columns faults={faults} column={column} onChoose={(column) => choose(column, '')} />
        <div className="row">
          <span className="quiet num" aria-live="polite">
            {words.place(count(current ? at + 1 : 0), count(shown.length))}
          </span>
          <Button isDisabled={at === 0} onPress={() => setAt(at - 1)}>
            <ChevronLeft size={16} aria-hidden="true" />
            {words.previous}
          </Button>
          <Button look="primary" isDisabled={at >= shown.length - 1} onPress={() => setAt(at + 1)}>
            {words.next}
            <ChevronRight size={16} aria-hidden="true" />
          </Button>
        </div>
      </div>
      {current && <SheetView fault={current} sheet={sheet} />}
      <Kinds faults={matching(faults, column, '')} kind={kind} onChoose={(kind) => choose(column, kind)} />
      <Table faults={shown} onOpen={(fault) => setAt(shown.indexOf(fault))} />
    </section>
  )
}

function Columns({
  faults,
  column,
  onChoose,
}: {
  faults: Fault[]
  column: string
  onChoose: (column: string) => void
}) {
  const options = [
    { id: '', text: words.allColumns(count(faults.length)) },
    ...byColumn(faults).map(({ key, text, count: n }) => ({ id: key, text: words.one(text, count(n)) })),
  ]
  return <Select label={words.column} hideLabel value={column} options={options} onChange={onChoose} />
}

/** Kinds is the short form of a long list: a slip repeated in 300 lines is one line here. */
function Kinds({ faults, kind, onChoose }: { faults: Fault[]; kind: string; onChoose: (kind: string) => void }) {
  const kinds = byKind(faults)
  if (kinds.length < 2) return null
  return (
    <fieldset className="kinds">
      <legend className="field-label">{words.kinds}</legend>
      {[{ key: '', text: words.allKinds, count: faults.length }, ...kinds].map(({ key, text, count: n }) => (
        <button key={key} type="button" className="kind" aria-pressed={kind === key} onClick={() => onChoose(key)}>
          <span>{text}</span>
          <span className="num quiet">{count(n)}</span>
        </button>
      ))}
    </fieldset>
  )
}

function Table({ faults, onOpen }: { faults: Fault[]; onOpen: (fault: Fault) => void }) {
  const columns: TableColumn<Fault>[] = useMemo(
    () => [
      { id: 'line', title: words.line, width: 80, minWidth: 70, cell: (f) => (f.line ? count(f.line) : words.file) },
      { id: 'column', title: words.column, width: 140, minWidth: 110, cell: (f) => columnName(f.column) },
      { id: 'value', title: words.value, width: '1fr', minWidth: 120, cell: (f) => <Value value={f.value} /> },
      { id: 'message', title: words.message, width: '2fr', minWidth: 320, cell: (f) => f.message },
    ],
    [],
  )
  return (
    <DataTable
      label={words.table}
      columns={columns}
      rows={faults}
      rowId={(fault) => `${fault.line} ${fault.column} ${fault.message}`}
      onOpen={onOpen}
      empty={words.none}
      height="min(50vh, 28rem)"
    />
  )
}

function Value({ value }: { value: string }) {
  return value === '' ? <span className="quiet">{words.empty}</span> : <code>{value}</code>
}
