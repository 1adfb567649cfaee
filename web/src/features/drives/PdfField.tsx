import { FileText } from 'lucide-react'
import { useState } from 'react'
import { DropZone } from 'react-aria-components/DropZone'
import { FileTrigger } from 'react-aria-components/FileTrigger'
import { Button, DownloadButton } from '~/kit/Button'
import { useNoStrayDrops } from '~/kit/strayDrops'
import { t } from '~/texts'

const largest = 25 * 1024 * 1024
const p = t.drives.pdf

/** pdfAddress is the link as a browser needs it: the server leaves the encoding to us. */
export const pdfAddress = (path: string) => encodeURI(path)

/** PdfField takes a PDF by choice or by drop, and says at once what the server would refuse. */
export function PdfField({
  file,
  present,
  isRemoved,
  fault,
  onChoose,
  onRemove,
}: {
  file: File | null
  /** The PDF that the drive has already. */
  present?: string | null
  isRemoved?: boolean
  fault?: string | undefined
  onChoose: (file: File | null) => void
  onRemove?: () => void
}) {
  const [refused, setRefused] = useState<string | null>(null)
  const take = async (chosen: File | undefined) => {
    if (!chosen) return
    const found = await faultOf(chosen)
    setRefused(found)
    if (!found) onChoose(chosen)
  }
  const shown = refused ?? fault
  useNoStrayDrops()
  return (
    <div className="field">
      <span className="field-label">{t.drives.fields.pdf}</span>
      <DropZone
        className="pdf-drop"
        aria-label={t.drives.fields.pdf}
        getDropOperation={() => 'copy'}
        onDrop={async ({ items }) => {
          const dropped = items.find((item) => item.kind === 'file')
          if (dropped) take(await dropped.getFile())
        }}
      >
        <FileText size={20} aria-hidden="true" />
        <div className="pdf-drop-text">{inWords(file, present, isRemoved)}</div>
        <div className="row">
          {present && !file && !isRemoved && (
            <DownloadButton href={pdfAddress(present)} newTab>
              {p.open}
            </DownloadButton>
          )}
          <FileTrigger acceptedFileTypes={['application/pdf', '.pdf']} onSelect={(files) => take(files?.[0])}>
            <Button>{file || (present && !isRemoved) ? p.replace : p.choose}</Button>
          </FileTrigger>
          {file && (
            <Button look="plain" onPress={() => onChoose(null)}>
              {p.remove}
            </Button>
          )}
          {!file && present && !isRemoved && onRemove && (
            <Button look="plain" onPress={onRemove}>
              {p.remove}
            </Button>
          )}
        </div>
      </DropZone>
      {shown && (
        <span className="fault" role="alert">
          {shown}
        </span>
      )}
    </div>
  )
}

function inWords(file: File | null, present: string | null | undefined, isRemoved: boolean | undefined) {
  if (file) {
    return (
      <>
        <strong>{file.name}</strong>
        <span className="hint">{p.size((file.size / 1024 / 1024).toFixed(1))}</span>
      </>
    )
  }
  if (isRemoved) return <span className="hint">{p.removed}</span>
  if (present) return <span className="hint">{p.present}</span>
  return <span className="hint">{`${p.choose} ${p.drop}. ${p.limits}`}</span>
}

/** faultOf knows a PDF by its content, as the server does. */
async function faultOf(file: File): Promise<string | null> {
  if (file.size > largest) return p.tooLarge
  const head = await file.slice(0, 1024).text()
  return head.includes('%PDF-') ? null : p.notPdf
}
