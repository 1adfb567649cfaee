import { LinkButton } from '~/kit/Button'
import { Page } from '~/kit/Page'
import { t } from '~/texts'

export function NotFound() {
  return (
    <Page title={t.common.notFoundTitle} lead={t.common.notFoundText}>
      <div className="row">
        <LinkButton to="/">{t.common.toStart}</LinkButton>
      </div>
    </Page>
  )
}
