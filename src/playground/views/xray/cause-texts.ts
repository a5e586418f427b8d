/** The causes of the engine's steps in Chinese: the engine says them in English, and the page looks them up. */
import type { LanguageCode } from '../../language.svelte.ts';

const chinese: Readonly<Record<string, string>> = {
  'A bind mount only becomes read-only by a second call': '绑定挂载要再调用一次才会变为只读',
  'A bridge is a switch inside the kernel: containers of a network plug into it':
    '网桥是内核中的交换机：同一网络的容器都接在它上面',
  'A device of the machine, as asked': '按要求提供机器上的设备',
  'A directory for one kind of what Docker keeps': '存放 Docker 某一类数据的目录',
  'A file for the console to be mounted on': '用来挂载控制台的文件',
  'A file of the host becomes the machine’s disk': '宿主上的一个文件成为机器的磁盘',
  'A file to mount another file over': '用来被另一个文件挂载覆盖的文件',
  'A kernel setting of this interface, as asked': '按要求设置此接口的内核参数',
  'A kernel setting of this namespace': '此命名空间的内核参数',
  'A kernel setting that containers may see but not change': '容器可以看到但不能更改的内核参数',
  'A limit on each process': '对每个进程的限制',
  'A link that programs expect in /dev': '程序期望在 /dev 中存在的链接',
  'A new network namespace has only a loopback, and it is down':
    '新的网络命名空间只有回环接口，而且尚未启用',
  'A pair of interfaces: what goes in at one end comes out at the other':
    '一对接口：从一端进去的数据从另一端出来',
  'A place for memory that others may join': '存放可供其他容器加入的共享内存',
  'A place for what the container prints': '存放容器输出内容的地方',
  'A place for what the container writes, and for the root it will see':
    '存放容器写入的内容，以及它将看到的根目录',
  'A place to see the files from': '用来查看文件的位置',
  'A process of its own, in namespaces of its own': '一个独立的进程，处于自己的命名空间中',
  'A process that holds the port, for connections from the machine itself':
    '占住端口的进程，用于来自机器自身的连接',
  'A second interface on the same wire as the machine’s': '与机器接口共用同一条线路的第二个接口',
  'A virtual LAN of its own on the machine’s wire': '在机器线路上的独立虚拟局域网',
  'A wire with nobody at its other end': '另一端没有连接任何东西的线路',
  'An address for this wire alone': '只在此线路上有效的地址',
  'And who its groups are': '以及它的用户组对应谁',
  'Be killed as readily as the container’s first process when memory is short':
    '内存不足时，与容器的首个进程同样容易被终止',
  'Be root of the user namespace; on the machine that is nobody in particular':
    '成为用户命名空间里的 root；在机器上它只是普通用户',
  'Become the user that the image or -u names': '切换为镜像或 -u 指定的用户',
  'Being root in here must not mean being root of the machine':
    '容器里的 root 不应等同于机器的 root',
  'Bring an init along: it reaps orphans and passes signals on':
    '带上 init：它回收孤儿进程并转发信号',
  'Bring the loopback up': '启用回环接口',
  'Bring what a RUN instruction mounts': '准备 RUN 指令要挂载的内容',
  'Control groups limit and count what containers use': '控制组限制并统计容器使用的资源',
  'Decide which later mounts are seen on both sides': '决定以后的挂载是否两边都能看到',
  'Delete a volume and all that is in it': '删除卷及其中的全部内容',
  'Delete the files about the container': '删除有关此容器的文件',
  'Delete what the container wrote': '删除容器写入的内容',
  'Enter the container’s network namespace, to change what is in there':
    '进入容器的网络命名空间，以更改其中的内容',
  'Enter the namespaces of the container’s first process': '进入容器首个进程的命名空间',
  'Everything else is reached through the gateway': '其他一切都经由网关到达',
  'Fetch the git repository of a build': '获取构建所用的 git 仓库',
  'Forward the SSH agent of a build': '转发构建所用的 SSH 代理',
  'Freeze every process of the container': '冻结容器的所有进程',
  'Give a privileged container every device of the machine': '把机器的所有设备交给特权容器',
  'Give the container its own message queues': '为容器提供独立的消息队列',
  'Give the container its own name in files too': '在文件中也写上容器自己的主机名',
  'Give the container its own name servers': '为容器提供独立的域名服务器设置',
  'Give the container its own table of hosts': '为容器提供独立的 hosts 表',
  'Give the container shared memory of its own': '为容器提供独立的共享内存',
  'Give the container terminals of its own': '为容器提供独立的终端',
  'Give the container’s network namespace a name on the machine':
    '在机器上为容器的网络命名空间取一个名字',
  'Give the machine a name': '为机器取名',
  'Go to the working directory while every door is open': '趁权限尚未收紧，进入工作目录',
  'Have the container’s keys, not the machine’s': '使用容器的密钥，而不是机器的',
  'Hide what would tell about, or touch, the whole machine': '隐藏会暴露或影响整台机器的内容',
  'It belongs to whom the container’s root is on the machine':
    '它归容器 root 在机器上对应的用户所有',
  'Its MAC address': '它的 MAC 地址',
  'Keep files about the container': '保存有关此容器的文件',
  'Keep the machine’s keys out of reach': '使机器的密钥无法被触及',
  'Keep the mounts that follow from showing on the machine': '使之后的挂载不出现在机器上',
  'Keep the part of the log that was put aside in less space': '压缩已轮转的日志，节省空间',
  'Kill what is left, as no pid namespace of its own does it':
    '终止剩余进程，因为没有独立的 PID 命名空间来完成',
  'Lead the container’s name queries to the engine’s name service':
    '把容器的域名查询引到引擎的域名服务',
  'Leave the disk’s file system clean': '让磁盘的文件系统保持干净状态',
  'Leave the session of whoever runs exec': '脱离运行 exec 者的会话',
  'Leave the session of whoever started the container': '脱离启动容器者的会话',
  'Let packets of IPv6 pass from one interface to another, as far as the packet filter lets them':
    '在包过滤规则允许的范围内，让 IPv6 数据包在接口之间通过',
  'Let the container open only harmless devices, whatever nodes it makes':
    '无论容器创建什么设备节点，都只能打开无害的设备',
  'Let the machine pass packets on for its containers': '让机器为容器转发数据包',
  'Let the processes of the container go on': '让容器的进程继续运行',
  'Let the user open /dev/stdout and the like as files': '让该用户能把 /dev/stdout 等当作文件打开',
  'Limit how fast the container reads or writes a disk': '限制容器读写磁盘的速度',
  'Limit the memory; beyond it the kernel kills': '限制内存；超出后内核会终止进程',
  'Limit the number of processes, against fork bombs': '限制进程数量，防止 fork 炸弹',
  'Limit the share of processor time': '限制处理器时间的份额',
  'Limit what may be swapped out, beside the memory': '限制内存之外可换出的数量',
  'List processes for docker top': '为 docker top 列出进程',
  'Look at the machine’s network for whoever asked': '按请求查看机器的网络',
  'Make a control group, to limit and count what the container uses':
    '建立控制组，以限制并统计容器使用的资源',
  'Make a directory to mount upon if the image has none': '若镜像中没有，则建立用作挂载点的目录',
  'Make a file to mount another file over': '建立用来被另一个文件挂载覆盖的文件',
  'Make it read-only, with all that is mounted below it': '将它及其下的所有挂载设为只读',
  'Make the directory of a new volume': '建立新卷的目录',
  'Make the directory that -v names and the machine lacks': '建立 -v 指定而机器上没有的目录',
  'Make the directory that builds share': '建立各次构建共用的目录',
  'Make the mount point': '建立挂载点',
  'Make the overlay the root; the machine’s files are out of reach from here on':
    '让 overlay 成为根目录；从此再也接触不到机器的文件',
  'Make the working directory if the image has none': '若镜像中没有，则建立工作目录',
  'Measure what lies on the disk': '测量磁盘上的内容',
  'Mount a volume, which outlives the container': '挂载卷，它在容器删除后依然存在',
  'Mount it again although nothing of it was made to last':
    '让它能够再次挂载，尽管其中的内容不求持久',
  'Move the container’s end into its network namespace': '把容器这一端移入它的网络命名空间',
  'No set-user-ID program may add privileges': '不允许 set-user-ID 程序增加权限',
  'Nobody can join its memory any more': '再没有容器能加入它的内存',
  'Nobody is on this network any more': '此网络上已没有任何容器',
  'Nobody looks at the files any more': '已无人查看这些文件',
  'Nobody needs the volume any more': '已无人使用此卷',
  'Nor needs the place to see them from': '查看用的位置也不再需要',
  'Nothing knows this any more: it was half made when the machine stopped':
    '已没有任何记录指向它：机器停止时它只完成了一半',
  'Nothing may be written to the image’s files, as asked': '按要求，镜像的文件不可写入',
  'One of the few devices that every program may expect': '每个程序都可以期望存在的少数设备之一',
  'Open a pseudo-terminal of the container’s and make it the controlling one':
    '打开容器的一个伪终端，并设为控制终端',
  'Open a pseudo-terminal of the container’s own and make it the controlling one':
    '打开容器自己的伪终端，并设为控制终端',
  'Part of the lowest layer of every container: things to mount upon':
    '每个容器最底层的一部分：用作挂载点',
  'Pass the controllers on to each container': '把控制器传递给每个容器',
  'Pass the controllers on to the groups below': '把控制器传递给下级控制组',
  'Plug the machine’s end into the network’s bridge': '把机器这一端接到该网络的网桥上',
  'Protect this much memory': '保留这么多内存',
  'Put a file system in memory here, as asked': '按要求在此处挂载内存文件系统',
  'Put the container’s addresses into its table of hosts': '把容器的地址写入它的 hosts 表',
  'Refuse the system calls that containers have no business with': '拒绝容器不该使用的系统调用',
  'Replace ourselves by the program; it is the container from now on':
    '用程序替换自身；从此它就是容器',
  'See how full the disk is': '查看磁盘用了多少',
  'Share a path of the machine with the container': '与容器共享机器上的一个路径',
  'Share memory, as asked': '按要求共享内存',
  'Shared memory is a file system, and this one others may join':
    '共享内存也是文件系统，这一个可供其他容器加入',
  'Show its own cgroup': '显示它自己的 cgroup',
  'Show the container’s root there, apart from the container itself':
    '在那里显示容器的根目录，与容器本身分开',
  'Show the kernel’s objects, read-only': '以只读方式显示内核对象',
  'Show the processes of the new pid namespace': '显示新 PID 命名空间中的进程',
  'Stack the image’s read-only layers under a writable one': '把镜像的只读层叠在一个可写层之下',
  'Start from the usual mask for new files': '新文件采用通常的权限掩码',
  'Start the new volume with what the image has there': '用镜像中该处的内容初始化新卷',
  'Start with an empty /dev rather than the machine’s devices':
    '从空的 /dev 开始，而不用机器的设备',
  'Switch the bridge on': '启用网桥',
  'Switch the interface on': '启用接口',
  'Tell the container’s programs where names are resolved': '告诉容器的程序到哪里解析域名',
  'Tell the kernel how readily to kill this process when memory is short':
    '告诉内核，内存不足时此进程有多容易被终止',
  'Tell the kernel which packets may pass, and which get other addresses':
    '告诉内核哪些数据包可以通过，哪些要改写地址',
  'Tell the kernel who its users are on the machine': '告诉内核它的用户在机器上对应谁',
  'The build cache no longer keeps it': '构建缓存不再保留它',
  'The container is gone; its root need not stay mounted': '容器已结束，根目录不必继续挂载',
  'The container is gone; nothing is left to limit': '容器已结束，没有需要限制的内容',
  'The container leaves this network': '容器离开此网络',
  'The container’s address on this network': '容器在此网络上的地址',
  'The container’s network namespace goes with its name': '容器的网络命名空间随其名字一起消失',
  'The directory where Docker keeps everything': 'Docker 存放一切内容的目录',
  'The layer is indexed: the machine can mount it': '该层已建立索引：机器可以挂载它',
  'The layer is there from another image': '该层已随另一个镜像存在',
  'The log is as large as it may be: put it aside': '日志已达上限：将其轮转',
  'The machine slept: tell it what time it is': '机器休眠过：告诉它现在的时间',
  'The machine’s own address on this network, which is the containers’ gateway':
    '机器自己在此网络上的地址，也就是容器的网关',
  'The parent of all containers': '所有容器的上级控制组',
  'The parent that was asked for': '所要求的上级控制组',
  'The registry sent a layer, and its digest is right': '镜像仓库发来一层，摘要正确',
  'The root again, as a mount of this namespace’s own': '再次挂载根目录，使其属于此命名空间',
  'The uts namespace holds the NIS domain name too': 'UTS 命名空间也保存 NIS 域名',
  'The uts namespace holds the hostname': 'UTS 命名空间保存主机名',
  'The volume is a file system of its own: mount it where volumes are':
    '该卷是独立的文件系统：挂载到存放卷的位置',
  'This network has no IPv6': '此网络没有 IPv6',
  'Unplug the container from its network': '把容器从网络上拔下',
  'Use shared memory that others may join': '使用可供其他容器加入的共享内存',
  'Weigh against other containers when busy': '繁忙时与其他容器的权重',
  'What containers and volumes hold lies on the disk, and so outlives the machine':
    '容器和卷的内容存放在磁盘上，因此机器停止后依然存在',
  'What takes the volume’s place is whole': '取代该卷的内容已完整',
  'What the container has mounted there belongs to its files': '容器在那里的挂载也属于它的文件',
  'Write out everything that containers and volumes hold': '写出容器和卷的全部内容',
  'Write what the container sees as its hostname, hosts and resolv.conf':
    '写入容器所见的 hostname、hosts 和 resolv.conf',
};

/** A step of joining another container's namespaces names the kind. */
const enters = /^Enter the (\w+) namespace of another container$/;

/** A cause that the table does not have stays in English. */
export function causeText(cause: string, language: LanguageCode): string {
  if (language === 'en') return cause;
  return chinese[cause] ?? cause.replace(enters, '进入另一个容器的 $1 命名空间');
}
