#!/bin/sh
# What Raspberry Pi OS has and Debian has not by itself, as far as it writes to the card.
set -eu

# Packages of Raspberry Pi OS Lite that Debian has too, and that run or write something. cloud-init sets a new card up,
# and looks at each boot; this setting of the Raspberry Pi Imager makes it write to /etc each time.
DEBIAN_FRONTEND=noninteractive apt-get install --quiet --quiet --yes --no-install-recommends \
    apt-listchanges avahi-daemon bluez cloud-init console-setup cron keyboard-configuration man-db udisks2
mkdir -p /var/lib/cloud/seed/nocloud
echo 'instance-id: muster' >/var/lib/cloud/seed/nocloud/meta-data
printf '#cloud-config\nmanage_etc_hosts: true\n' >/var/lib/cloud/seed/nocloud/user-data

# Its firmware tells the kernel to keep no limits of memory.
mkdir -p /boot/firmware
echo 'console=tty1 root=/dev/mmcblk0p2 rootwait' >/boot/firmware/cmdline.txt
echo "cgroup_disable=memory $(cat /proc/cmdline)" >/root/cmdline
mount --bind /root/cmdline /proc/cmdline

# Swap in memory that writes to the card until it is told not to, and is told at boot alone: rpi-swap's manners.
cat >/usr/lib/systemd/system-generators/rpi-swap-generator <<'END'
#!/bin/sh
grep -qsx Mechanism=zram /etc/rpi/swap.conf.d/*.conf && [ -f /var/swap ] || exit 0
cat >"$1/rpi-remove-swap-file.service" <<'UNIT'
[Unit]
DefaultDependencies=no
After=systemd-remount-fs.service
[Service]
Type=oneshot
ExecStart=rm -f /var/swap
UNIT
mkdir -p "$1/local-fs.target.wants"
ln -s ../rpi-remove-swap-file.service "$1/local-fs.target.wants/"
END
chmod +x /usr/lib/systemd/system-generators/rpi-swap-generator
echo x >/var/swap
mount -t tmpfs none /sys/block
mkdir /sys/block/zram0
echo /dev/loop0 >/sys/block/zram0/backing_dev
