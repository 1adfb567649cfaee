import { FileSpreadsheet } from 'lucide-react'
import { type ChangeEvent, type DragEvent, useState } from 'react'
import { messageOf } from '~/api/problem'
import { Sending } from '~/kit/Sending'
import { useNoStrayDrops } from '~/kit/strayDrops'
import { t } from '~/texts'
import { useSheetUpload } from './useSheetUpload'

const largest = 50 * 1024 * 1024

function refusalOf(file: File): string | null {
  if (!/\.(csv|xlsx)$/i.test(file.name)) return t.imports.wrongKind(file.name)
  if (file.size > largest) return t.imports.tooLarge(file.name)
  return null
}

/** ChooseSheet takes a sheet by hand, by the keyboard or dropped, and has it checked. */
export function ChooseSheet() {
  const { send, upload, error: fault } = useSheetUpload()
  const [refusal, setRefusal] = useState<string | null>(null)
  const [isOver, setOver] = useState(false)
  const take = (file: File | undefined) => {
    if (!file) return
    const refused = refusalOf(file)
    setRefusal(refused)
    if (!refused) send(file, true)
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    take(event.dataTransfer.files[0])
  }
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    take(event.target.files?.[0])
    // The same file can be chosen again when it has been mended.
    event.target.value = ''
  }
  useNoStrayDrops()
  if (upload) return <Sending upload={upload} />
  const error = refusal ?? (fault ? messageOf(fault) : null)
  return (
    <div className="stack">
      {error && (
        <p className="banner bad" role="alert">
          {error}
        </p>
      )}
      <label
        className={isOver ? 'drop over' : 'drop'}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <FileSpreadsheet size={30} aria-hidden="true" />
        <strong aria-hidden="true">{isOver ? t.imports.dropNow : t.imports.drop}</strong>
        <span className="button" aria-hidden="true">
          {t.imports.chooseButton}
        </span>
        <input type="file" className="sr-only" aria-label={t.imports.choose} accept=".csv,.xlsx" onChange={choose} />
      </label>
      <p className="quiet">{t.imports.columns}</p>
    </div>
  )
}
