import { useState } from 'react'
import { messageOf } from '~/api/problem'
import { Button, LinkButton } from '~/kit/Button'
import { Confirm } from '~/kit/Dialog'
import { count } from '~/kit/format'
import { Sending } from '~/kit/Sending'
import { t } from '~/texts'
import type { ImportResult } from './queries'
import { useSheetUpload } from './useSheetUpload'

/** ForReal imports the very sheet that was checked. */
export function ForReal({ result, sheet }: { result: ImportResult; sheet: File | null }) {
  const { send, upload, error } = useSheetUpload()
  const [asks, setAsks] = useState(false)
  if (result.created + result.updated === 0) return null
  if (!sheet) {
    return (
      <div className="row">
        <p className="quiet">{t.imports.again}</p>
        <LinkButton to="/import">{t.imports.another}</LinkButton>
      </div>
    )
  }
  if (upload) return <Sending upload={upload} />
  return (
    <div className="stack">
      {!!error && (
        <p className="banner bad" role="alert">
          {messageOf(error)}
        </p>
      )}
      <div className="actions start">
        <Button look="primary" onPress={() => setAsks(true)}>
          {t.imports.real}
        </Button>
      </div>
      <Confirm
        title={t.imports.confirmTitle(sheet.name)}
        action={t.imports.confirmDo}
        danger={false}
        isOpen={asks}
        onClose={() => setAsks(false)}
        onConfirm={() => {
          setAsks(false)
          send(sheet, false)
        }}
      >
        <p>{t.imports.confirmText(count(result.created), count(result.updated))}</p>
        {result.created > 0 && <p className="quiet">{t.imports.confirmCodes}</p>}
      </Confirm>
    </div>
  )
}
