; Windows installer. Needs dist\earshot (packaging\build.py) and build\generated\icons (made by it). From the checkout:
;     makensis /DVERSION=0.1.0 packaging\windows\earshot.nsi
; Installs for the person who runs it, without an administrator; settings and recordings stay when it is removed.
!ifndef VERSION
  !error "say which version: makensis /DVERSION=0.1.0 packaging\windows\earshot.nsi"
!endif
!ifndef SOURCE
  !define SOURCE "..\..\dist\earshot"
!endif
!ifndef ICON
  !define ICON "..\..\build\generated\icons\earshot.ico"
!endif
!ifndef TARGET
  !define TARGET "..\..\dist\earshot-${VERSION}-windows-x64.exe"
!endif
!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Earshot"
!define CLASSES "Software\Classes"

Unicode true
SetCompressor /SOLID lzma
Name "Earshot ${VERSION}"
OutFile "${TARGET}"
InstallDir "$LOCALAPPDATA\Programs\Earshot"
InstallDirRegKey HKCU "${KEY}" "InstallLocation"
RequestExecutionLevel user
ManifestDPIAware true
; To sign: /DSIGN="..." with a command that takes a file, e.g. signtool sign /fd sha256 /tr URL /td sha256 /a
!ifdef SIGN
  !finalize '${SIGN} "%1"'
  !uninstfinalize '${SIGN} "%1"'
!endif

!include "MUI2.nsh"
!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_FINISHPAGE_RUN "$INSTDIR\earshot.exe"
!insertmacro MUI_PAGE_LICENSE "..\..\LICENSE"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "German"

VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "Earshot"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "Earshot setup"
VIAddVersionKey "LegalCopyright" "The Earshot authors, Apache-2.0"

!macro FileType SUFFIX CLASS LABEL
  WriteRegStr HKCU "${CLASSES}\.${SUFFIX}" "" "${CLASS}"
  WriteRegStr HKCU "${CLASSES}\${CLASS}" "" "${LABEL}"
  WriteRegStr HKCU "${CLASSES}\${CLASS}\DefaultIcon" "" "$INSTDIR\earshot.exe,0"
  WriteRegStr HKCU "${CLASSES}\${CLASS}\shell\open\command" "" '"$INSTDIR\earshot.exe" "%1"'
!macroend

Function CloseRunning
  ; The files of a running program cannot be replaced.
  IfFileExists "$INSTDIR\earshot.exe" 0 free
  try:
    ClearErrors
    FileOpen $0 "$INSTDIR\earshot.exe" a
    IfErrors 0 closed
    MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "Earshot is running. Close it, then go on." IDRETRY try
    Abort
  closed:
    FileClose $0
  free:
FunctionEnd

Section "Earshot"
  Call CloseRunning
  ; An older version's files go first, so that none is left that this one has no more.
  RMDir /r "$INSTDIR\_internal"
  SetOutPath "$INSTDIR"
  File /r "${SOURCE}\*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateDirectory "$SMPROGRAMS\Earshot"
  CreateShortcut "$SMPROGRAMS\Earshot\Earshot.lnk" "$INSTDIR\earshot.exe"
  CreateShortcut "$SMPROGRAMS\Earshot\Earshot commands.lnk" "$SYSDIR\cmd.exe" '/k "$INSTDIR\workbench.exe" --help'
  !insertmacro FileType "earshot-preset" "Earshot.Preset" "Earshot preset"
  !insertmacro FileType "earshot-settings" "Earshot.Settings" "Earshot settings"
  !insertmacro FileType "earshot-session" "Earshot.Session" "Earshot session"
  WriteRegStr HKCU "${KEY}" "DisplayName" "Earshot"
  WriteRegStr HKCU "${KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${KEY}" "Publisher" "The Earshot authors"
  WriteRegStr HKCU "${KEY}" "DisplayIcon" "$INSTDIR\earshot.exe"
  WriteRegStr HKCU "${KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${KEY}" "NoRepair" 1
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
SectionEnd

Section "Uninstall"
  RMDir /r "$INSTDIR\_internal"
  Delete "$INSTDIR\earshot.exe"
  Delete "$INSTDIR\workbench.exe"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  RMDir /r "$SMPROGRAMS\Earshot"
  DeleteRegKey HKCU "${KEY}"
  DeleteRegKey HKCU "${CLASSES}\.earshot-preset"
  DeleteRegKey HKCU "${CLASSES}\.earshot-settings"
  DeleteRegKey HKCU "${CLASSES}\.earshot-session"
  DeleteRegKey HKCU "${CLASSES}\Earshot.Preset"
  DeleteRegKey HKCU "${CLASSES}\Earshot.Settings"
  DeleteRegKey HKCU "${CLASSES}\Earshot.Session"
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
SectionEnd
