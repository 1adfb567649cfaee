import { LinkButton } from '~/kit/Button'
import { Page } from '~/kit/Page'
import { Blank } from '~/kit/States'
import { t } from '~/texts'

export function NotFound() {
  return (
    <Page title={t.common.notFoundTitle}>
      <Blank title={t.common.notFoundTitle} action={<LinkButton to="/">{t.common.toStart}</LinkButton>}>
        {t.common.notFoundText}
      </Blank>
    </Page>
  )
}
