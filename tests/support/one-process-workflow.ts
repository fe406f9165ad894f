import {
  parseWorkflowFile,
  readWorkflowFile,
  type WorkflowFile,
} from './workflow-files.ts';

/**
 * `workflows/auto-apply.yml` with the root action in place of its steps: the
 * same lane in one process.
 */
export function oneProcessWorkflow(): WorkflowFile {
  const workflow = readWorkflowFile('workflows/auto-apply.yml');
  const [[name, job] = []] = Object.entries(workflow.jobs);
  if (name === undefined || job === undefined) throw new Error('no job');
  const [prepare] = job.steps;
  const lane = {
    id: 'lane',
    uses: `apply-gates/apply-gates@${'0'.repeat(40)}`,
    with: {
      module: '${{ inputs.module }}',
      'allow-stateful': '${{ inputs.allow_stateful }}',
      'backup-ref': '${{ inputs.backup_ref }}',
      'stateful-confirm': '${{ inputs.stateful_confirm }}',
      'despite-freeze': '${{ inputs.despite_freeze }}',
      'acknowledge-host': '${{ inputs.acknowledge_host }}',
      'ssh-key': '${{ secrets.APPLY_GATES_SSH_KEY }}',
      'state-ssh-key': '${{ secrets.APPLY_GATES_STATE_SSH_KEY }}',
      'audit-sign-key': '${{ secrets.APPLY_GATES_AUDIT_SIGN_KEY }}',
    },
  };
  const jobs = { [name]: { ...job, steps: [prepare, lane] } };
  return parseWorkflowFile(JSON.stringify({ ...workflow, jobs }));
}
