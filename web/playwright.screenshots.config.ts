import { defineConfig } from '@playwright/test'
import tests from './playwright.config'

/** `make screenshots` takes the pictures of docs/screenshots; they are no tests and run only then. */
export default defineConfig({
  ...tests,
  testDir: 'e2e/screenshots',
  testMatch: '*.shots.ts',
  workers: 1,
  projects: tests.projects?.map((project) => ({ ...project, grep: /./, grepInvert: /^$/ })).slice(0, 1) ?? [],
})
