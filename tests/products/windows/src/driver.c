/*
 * Stand-in products for Windows: a driver that does nothing. It loads, under Wine too, so that health which asks whether the
 * product's driver runs can be answered.
 */
#include <ddk/wdm.h>

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path);

static void NTAPI unload(PDRIVER_OBJECT driver)
{
    (void)driver;
}

NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    (void)path;
    driver->DriverUnload = unload;
    return STATUS_SUCCESS;
}
