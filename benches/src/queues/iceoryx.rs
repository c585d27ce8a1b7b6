//! A peer in shared memory without locks: iceoryx2, one publisher to one subscriber.

use std::fs;
use std::hint::spin_loop;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use iceoryx2::config::Config;
use iceoryx2::node::{Node, NodeBuilder};
use iceoryx2::port::backpressure_strategy::BackpressureStrategy;
use iceoryx2::prelude::{Path, SemanticString as _};
use iceoryx2::service::ipc;
use iceoryx2::service::port_factory::PortFactory as _;
use iceoryx2::service::port_factory::publish_subscribe::PortFactory;

use super::{BenchQueue, ByProcesses, read_stamp};

/// Where named shared memory has its files.
const SHARED_MEMORY: &str = "/dev/shm";

/// Is a place of its own for the files of one service, which the two participants open for the
/// time of a block.
///
/// A participant that ends in an orderly way leaves one file, and one that is killed several: all
/// go away with this.
#[derive(Debug)]
pub struct Iceoryx {
    prefix: String,
    folder: PathBuf,
    capacity: usize,
}

type Service<const N: usize> = PortFactory<ipc::Service, [u8; N], ()>;

impl Iceoryx {
    /// Opens the service; the node has to live as long as its service.
    fn open<const N: usize>(&self) -> (Node<ipc::Service>, Service<N>) {
        let mut config = Config::default();
        config.global.prefix = self.prefix.as_str().try_into().expect("a short name");
        let folder = self.folder.as_os_str().as_encoded_bytes();
        config.global.set_root_path(&Path::new(folder).expect("a short path"));
        let node = NodeBuilder::new().config(&config).create().expect("a node");
        let name = "items".try_into().expect("a short name");
        let service = node
            .service_builder(&name)
            .publish_subscribe::<[u8; N]>()
            .enable_safe_overflow(false)
            .history_size(0)
            .subscriber_max_buffer_size(self.capacity)
            .max_publishers(1)
            .max_subscribers(1)
            .open_or_create();
        (node, service.expect("a service"))
    }
}

impl Drop for Iceoryx {
    fn drop(&mut self) {
        // What is not there any more need not be removed.
        let _ = fs::remove_dir_all(&self.folder);
        for entry in fs::read_dir(SHARED_MEMORY).into_iter().flatten().flatten() {
            if entry.file_name().as_encoded_bytes().starts_with(self.prefix.as_bytes()) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

impl<const N: usize> BenchQueue<N> for Iceoryx {
    type Shared = ByProcesses;
    const NAME: &'static str = "iceoryx2";
    const SEVERAL_CONSUMERS: bool = false;
    const REMARK: Option<&'static str> = Some(
        "iceoryx2 has no wait for an item, and sleeps where there is no room: the bench polls",
    );

    fn make(capacity: usize) -> Result<Self, String> {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let (process, made) = (std::process::id(), MADE.fetch_add(1, Relaxed));
        let prefix = format!("forkstep-bench-{process}-{made}-");
        let folder = std::env::temp_dir().join(&prefix);
        Ok(Self { prefix, folder, capacity })
    }

    fn putter(&self) -> impl FnMut(&[u8; N]) {
        let (node, service) = self.open::<N>();
        let publisher = service
            .publisher_builder()
            .backpressure_strategy(BackpressureStrategy::DiscardData)
            .create()
            .expect("a publisher");
        // What is sent before there is a subscriber is lost.
        while service.dynamic_config().number_of_subscribers() == 0 {
            spin_loop();
        }
        move |item| {
            let _alive = (&node, &service);
            // How many subscribers got it: none where there was no room.
            while publisher.send_copy(*item).expect("a subscriber") == 0 {
                spin_loop();
            }
        }
    }

    fn getter(&self) -> impl FnMut(&mut [u8; N]) -> u64 {
        let (node, service) = self.open::<N>();
        let subscriber =
            service.subscriber_builder().buffer_size(self.capacity).create().expect("a subscriber");
        move |_| loop {
            let _alive = (&node, &service);
            if let Some(sample) = subscriber.receive().expect("a publisher") {
                return read_stamp(sample.payload());
            }
            spin_loop();
        }
    }
}
