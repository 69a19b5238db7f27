#!/usr/bin/env bash
# Disk image for macOS from dist/Earshot.app (packaging/build.py makes it there). On macOS:
#
#   packaging/macos/make_dmg.sh VERSION
#
# Without these variables the program is signed for this machine alone, and others have to open it by the context menu:
#   EARSHOT_SIGN_IDENTITY   "Developer ID Application: …" in the keychain; also used by the build itself
#   EARSHOT_NOTARY_PROFILE  name of a profile of `xcrun notarytool store-credentials`
set -euo pipefail
cd "$(dirname "$0")/../.."

version=${1:?usage: packaging/macos/make_dmg.sh VERSION}
app=dist/Earshot.app
image=dist/earshot-$version-macos-$(uname -m).dmg
entitlements=packaging/macos/entitlements.plist
[ -d "$app" ] || {
    echo "$app is not there: run packaging/build.py first" >&2
    exit 1
}
/usr/libexec/PlistBuddy -c "Print :NSMicrophoneUsageDescription" "$app/Contents/Info.plist" >/dev/null || {
    echo "$app does not say what it needs the microphone for: macOS would end it" >&2
    exit 1
}

if [ -n "${EARSHOT_SIGN_IDENTITY:-}" ]; then
    # From the inside out: what is in the bundle first, then the bundle.
    find "$app" -type f \( -name '*.so' -o -name '*.dylib' -o -perm +111 \) -print0 |
        xargs -0 codesign --force --timestamp --options runtime --entitlements "$entitlements" --sign "$EARSHOT_SIGN_IDENTITY"
    codesign --force --timestamp --options runtime --entitlements "$entitlements" --sign "$EARSHOT_SIGN_IDENTITY" "$app"
else
    codesign --force --deep --entitlements "$entitlements" --sign - "$app"
fi
codesign --verify --deep --strict "$app"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -R "$app" "$folder/"
ln -s /Applications "$folder/Applications"
cp LICENSE "$folder/"
rm -f "$image"
hdiutil create -quiet -volname "Earshot $version" -srcfolder "$folder" -fs HFS+ -format UDZO "$image"

if [ -n "${EARSHOT_SIGN_IDENTITY:-}" ]; then
    codesign --timestamp --sign "$EARSHOT_SIGN_IDENTITY" "$image"
fi
if [ -n "${EARSHOT_NOTARY_PROFILE:-}" ]; then
    xcrun notarytool submit "$image" --keychain-profile "$EARSHOT_NOTARY_PROFILE" --wait
    xcrun stapler staple "$image"
    spctl --assess --type open --context context:primary-signature "$image"
fi
echo "$image: $(du -m "$image" | cut -f1) MB"
