import { defineConfig } from '@playwright/test'
import tests from './playwright.config'

/** `make gallery` takes pictures of every screen in every state, for a person to look at; they are no tests and run only then. */
export default defineConfig({
  ...tests,
  testDir: 'e2e/gallery',
  testMatch: '*.shots.ts',
  timeout: 120_000,
  projects: tests.projects?.map((project) => ({ ...project, grep: /./, grepInvert: /^$/ })),
})
