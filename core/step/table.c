#include "core/step/table.h"

#include <string.h>

/* Explicit, so that no linker and no order of initialisation decides which verbs there are. */
const struct verb *const verbs[] = {
    &verb_certificate_remove,
    &verb_check_that,
    &verb_command_run,
    &verb_driver_remove,
    &verb_eicar_test,
    &verb_exe_remove,
    &verb_feature_enable,
    &verb_file_remove,
    &verb_file_secret,
    &verb_file_write,
    &verb_firewall_remove,
    &verb_group_remove,
    &verb_health_wait,
    &verb_msi_install,
    &verb_msi_remove,
    &verb_msi_save,
    &verb_package_fetch,
    &verb_package_install,
    &verb_package_install_file,
    &verb_package_rebuild,
    &verb_package_remove,
    &verb_payload_get,
    &verb_process_end,
    &verb_reboot_if_needed,
    &verb_registry_filter_remove,
    &verb_registry_remove,
    &verb_registry_set,
    &verb_selinux_remove,
    &verb_service_disable,
    &verb_service_enable,
    &verb_service_reload,
    &verb_service_remove,
    &verb_service_restart,
    &verb_service_start,
    &verb_service_stop,
    &verb_state_save,
    &verb_task_remove,
    &verb_user_remove,
    &verb_verify_gone,
    &verb_wait_until,
    NULL,
};

const struct verb *verb_find(const char *name)
{
    for (size_t i = 0; verbs[i]; i++)
        if (strcmp(verbs[i]->def.name, name) == 0)
            return verbs[i];
    return NULL;
}

const struct verb_def *const *verb_defs(void)
{
    static const struct verb_def *defs[sizeof verbs / sizeof verbs[0]];

    for (size_t i = 0; verbs[i]; i++)
        defs[i] = &verbs[i]->def;
    return defs;
}
