/** What `apply-gates init` is told. */
export interface InitOptions {
  readonly forge?: string;
  readonly host?: readonly string[];
  readonly place?: readonly string[];
  readonly actionsUrl?: string;
  readonly actionsSha?: string;
  readonly actionsTag?: string;
  readonly vendor?: string;
  readonly knownHostsFile?: string;
  readonly scanHostKeys?: boolean;
  readonly fingerprint?: readonly string[];
  readonly modulesDir?: string;
  readonly branch?: string;
  readonly runsOn?: string;
  readonly app?: readonly string[];
  readonly skip?: readonly string[];
  readonly overwrite?: readonly string[];
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}
