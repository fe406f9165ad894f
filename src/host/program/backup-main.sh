
case ${1-} in
worker)
  run_backup_worker "$2"
  exit 0
  ;;
guard) run_guard "$2" ;;
esac
forget_request
forget_backup
read_request
require_tools
check_backup_request
[ -z "${host_policy-}" ] || guard_request
case $r_op in
backup) operate_backup ;;
backup-look) operate_backup_look ;;
backup-record) operate_backup_record ;;
backup-check) operate_backup_check ;;
backup-note) operate_backup_note ;;
backup-restore) operate_backup_restore ;;
backup-list) operate_backup_list ;;
*) problem malformed "the operation is not known" ;;
esac
